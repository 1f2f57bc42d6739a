"""Makes the Chalice app and registers its blueprints; no logic."""

from chalice.app import Chalice

from chalicelib.handlers import authorizer, intake, operations, workers

# Chalice's own handler would write each of our lines a second time: its logger has the app's name, as ours does.
app = Chalice(app_name="bascule", configure_logs=False)
app.api.binary_types = ["application/octet-stream", "multipart/form-data"]
app.register_blueprint(intake.routes)
app.register_blueprint(authorizer.routes)
app.register_blueprint(operations.routes)
app.register_blueprint(workers.functions)
