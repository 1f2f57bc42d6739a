"""Services of AWS on loopback that are well, refuse, throttle, fail or hang, and a function's own ports before them."""

import json
import socket
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import botocore.session

from chalicelib.aws.ports import AwsPorts, Names

SPELT = {"secretsmanager": "SECRETS_MANAGER"}
ANSWERS = {
    "well": (200, {"MessageId": "m-1"}),
    "fails": (500, {"__type": "InternalServerError"}),
    "throttles": (400, {"__type": "ThrottlingException"}),
}


def session():
    made = botocore.session.Session()
    made.set_credentials("example", "example")
    made.set_config_variable("region", "eu-west-3")
    return made


@contextmanager
def service(fault):
    """A service with this fault on a loopback port: its address, and the bodies that it heard."""
    heard = []

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self):
            heard.append(self.rfile.read(int(self.headers.get("Content-Length", 0))))
            if fault == "hangs":
                over.wait(10)
                return
            code, words = ANSWERS[fault]
            self.send_response(code)
            self.end_headers()
            self.wfile.write(json.dumps(words).encode())

        do_GET = do_POST  # noqa: N815 - the library's names

        def log_message(self, *_):
            """Nothing."""

    over = threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", heard
    finally:
        over.set()
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def sick(fault):
    if fault != "refuses":
        with service(fault) as found:
            yield found
        return
    with socket.socket() as closed:  # bound and not listening: nobody else gets the port
        closed.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{closed.getsockname()[1]}", []


def ports_at(monkeypatch, **addresses):
    """The deployed function's own ports, before these addresses."""
    for name, address in addresses.items():
        monkeypatch.setenv(f"AWS_ENDPOINT_URL_{SPELT.get(name, name.upper())}", address)
    queues = {"urgent": f"{addresses['sqs']}/1/urgent", "overflow": f"{addresses['sqs']}/1/overflow"}
    names = Names(
        contacts_table="c", health_table="h", plans_table="p", orders_table="o", ledger_table="l",
        state_bucket="state", front_door_bucket="door", channel_secrets="cs", operator_secrets="os", queues=queues,
    )  # fmt: skip
    ports = AwsPorts(names, session())
    for name in addresses:
        ports.clients(name)  # making one takes its time, which is not the service's
    return ports
