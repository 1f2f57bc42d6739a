"""Alarms, objectives and dashboard in the packaged template: what is watched, from when it rings, what it costs."""

import json
import re

import pytest

from chalicelib.domain.detection import lateness
from chalicelib.service import situation
from infra.alarms import LATE, LOSING, SNAPSHOT_AGE, WAITS
from infra.dashboard import FUNCTIONS
from infra.slo import FAST, OBJECTIVES, SLOW, WINDOW_HOURS
from infra.watch_price import ALARM, METRIC, MOST, SMALL, idle

AWS_METRICS = {
    # Amazon SQS developer guide, "Available CloudWatch metrics"
    "AWS/SQS": {"ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible"},
    # AWS Lambda developer guide, "Types of metrics"
    "AWS/Lambda": {"Errors", "Throttles", "Duration"},
    # API Gateway developer guide, "REST API dimensions and metrics"
    "AWS/ApiGateway": {"4XXError", "5XXError", "Count"},
    # AWS Billing user guide, "billing alarm": only in us-east-1, only once billing alerts are on
    "AWS/Billing": {"EstimatedCharges"},
}


@pytest.fixture
def alarms(of_type):
    return of_type("AWS::CloudWatch::Alarm")


@pytest.fixture
def widgets(of_type):
    [board] = of_type("AWS::CloudWatch::Dashboard").values()
    return json.loads(board["DashboardBody"]["Fn::Sub"])["widgets"]


def rows(widgets):
    return [
        row for each in widgets for row in each["properties"].get("metrics", ()) if isinstance(row[0], str)
    ]


def queue_of(alarm):
    """The queue that an alarm watches, "" for none."""
    value = next((one["Value"] for one in alarm.get("Dimensions", ()) if one["Name"] == "QueueName"), {})
    return value.get("Fn::GetAtt", [""])[0]


def test_every_alarm_speaks_to_the_one_topic_when_it_rings_and_when_it_ends(alarms):
    for each in alarms.values():
        assert each["AlarmActions"] == each["OKActions"] == [{"Ref": "Alarms"}]


def test_alarms_and_dashboard_are_left_out_where_there_is_no_cloudwatch(template):
    watching = [each for each in template["Resources"].values() if each["Type"].startswith("AWS::CloudWatch")]

    assert watching
    assert all(each["Condition"] == "IsAws" for each in watching)


def test_every_alarm_says_what_it_makes_of_missing_data_and_why(template):
    alarms = {
        n: each for n, each in template["Resources"].items() if each["Type"] == "AWS::CloudWatch::Alarm"
    }

    breaching = {n for n, each in alarms.items() if each["Properties"]["TreatMissingData"] == "breaching"}
    assert breaching == {"TickSilenceAlarm"}
    for each in alarms.values():
        assert each["Properties"]["TreatMissingData"] in ("breaching", "notBreaching")
        assert len(each["Metadata"]["MissingData"]) > 20


def test_every_dead_letter_queue_wakes_a_person_at_the_first_letter(of_type, alarms):
    dead = {name for name in of_type("AWS::SQS::Queue") if "DeadQueue" in name}

    watched = {queue_of(each): each["Threshold"] for each in alarms.values() if "DeadQueue" in queue_of(each)}
    assert watched == dict.fromkeys(dead, 1)


def test_every_working_queue_is_watched_by_its_age_or_by_the_rows_that_it_rings_for(of_type, alarms):
    working = {name for name in of_type("AWS::SQS::Queue") if "DeadQueue" not in name}

    aged = {queue_of(e) for e in alarms.values() if e["MetricName"] == "ApproximateAgeOfOldestMessage"}
    assert working - aged == {"NormalQueue", "BulkQueue"}
    assert len(aged) == len(WAITS)
    assert alarms["OldestDueAlarm"]["MetricName"] == "OldestDue"


def test_thresholds_are_those_by_which_the_product_itself_goes():
    assert situation.STALE_AFTER.total_seconds() == SNAPSHOT_AGE
    assert lateness.LATE.total_seconds() == LATE


def test_what_each_alarm_and_widget_refers_to_is_in_the_template(template, alarms, widgets):
    known = template["Resources"].keys() | template["Parameters"].keys() | {"AWS::Region"}
    in_alarms = re.findall(r'"(?:Ref|Fn::GetAtt)": (?:\[)?"(\w+)"', json.dumps(alarms))
    in_widgets = re.findall(r"\$\{([\w:]+)", json.dumps(widgets))

    assert len(in_alarms) > len(alarms)
    assert len(in_widgets) > len(widgets)
    assert {*in_alarms, *in_widgets} - known == set()


def test_metrics_of_aws_are_called_as_aws_calls_them(alarms, widgets):
    named = {(each["Namespace"], each["MetricName"]) for each in alarms.values()}
    named |= {(row[0], row[1]) for row in rows(widgets)}

    foreign = {pair for pair in named if pair[0] != "Bascule"}
    assert foreign <= {(space, name) for space, names in AWS_METRICS.items() for name in names}


def test_errors_are_watched_where_a_crash_makes_a_contact_late(of_type, alarms):
    functions = of_type("AWS::Serverless::Function")

    watched = {e["Dimensions"][0]["Value"]["Ref"] for e in alarms.values() if e["MetricName"] == "Errors"}
    assert watched == set(LOSING)
    behind_the_gateway = {"APIHandler", "OperationsHandler", "Authorizer"}
    with_letters_of_their_own = {"Probe", "Announce"}
    assert functions.keys() - watched == behind_the_gateway | with_letters_of_their_own
    assert "Dimensions" not in alarms["ThrottlesAlarm"]


def test_burn_rates_are_those_of_the_book():
    assert (FAST.hours, round(FAST.rate, 9)) == (1, 14.4)
    assert (SLOW.hours, round(SLOW.rate, 9)) == (6, 6.0)
    assert WINDOW_HOURS == 720


@pytest.mark.parametrize("objective", OBJECTIVES, ids=lambda one: one.name)
def test_at_the_threshold_the_window_uses_up_exactly_what_it_may(objective):
    for burn in objective.burns:
        spent = objective.most(burn) * burn.hours / (WINDOW_HOURS * (1 - objective.target))

        assert spent == pytest.approx(burn.spends)
        assert objective.most(burn) < 1


def test_an_objective_rings_by_the_average_of_its_window(alarms):
    fast, slow = alarms["NormalFastBurnAlarm"], alarms["NormalSlowBurnAlarm"]

    assert (fast["Period"], fast["Threshold"], fast["Statistic"]) == (3_600, 0.072, "Average")
    assert (slow["Period"], slow["Threshold"], slow["Statistic"]) == (21_600, 0.03, "Average")
    assert fast["Dimensions"] == [
        {"Name": "stage", "Value": {"Ref": "Stage"}},
        {"Name": "lane", "Value": "normal"},
    ]
    assert {f"{one.name}{burn.name}Alarm" for one in OBJECTIVES for burn in one.burns} <= alarms.keys()


def test_no_alarm_looks_back_further_than_cloudwatch_does(alarms):
    assert all(each["Period"] * each["EvaluationPeriods"] <= 86_400 for each in alarms.values())


def test_two_stages_of_one_account_have_metrics_and_dashboards_of_their_own(
    template, alarms, widgets, of_type
):
    api = template["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]
    [board] = of_type("AWS::CloudWatch::Dashboard").values()
    ours = [each for each in alarms.values() if each["Namespace"] == "Bascule"]

    assert api["info"]["title"] == {"Fn::Sub": "bascule-${Stage}"}
    assert {"Name": "ApiName", "Value": {"Fn::Sub": "bascule-${Stage}"}} in alarms["AcceptedFastBurnAlarm"][
        "Dimensions"
    ]
    assert board["DashboardName"] == {"Fn::Sub": "bascule-${Stage}-${AWS::Region}"}
    assert all({"Name": "stage", "Value": {"Ref": "Stage"}} in each["Dimensions"] for each in ours)
    assert all(row[2:4] == ["stage", "${Stage}"] for row in rows(widgets) if row[0] == "Bascule")


def test_the_dashboard_shows_what_an_operator_is_promised(widgets):
    titles = [each["properties"]["title"] for each in widgets]

    assert titles == [
        "Alarms", "Error budget left, % of 30 days", "Arrivals", "Refusals by kind", "Unserved by class",
        "Oldest due row, seconds", "Snapshot and scheduler, seconds", "After a taking-over, rows", "Paths down",
        "Oldest message, seconds",
        "Messages that wait", "Dead letters", "Duration p50, ms", "Duration p99, ms",
        "Lambda throttles in this region", "Gateway", "Whole account, this month, USD",
    ]  # fmt: skip


def test_every_alarm_and_every_function_is_on_the_dashboard(widgets, alarms, of_type):
    shown = {arn.removeprefix("${").removesuffix(".Arn}") for arn in widgets[0]["properties"]["alarms"]}

    assert shown == alarms.keys()
    assert set(FUNCTIONS) == of_type("AWS::Serverless::Function").keys()


def test_widgets_fill_their_rows_and_never_lie_on_each_other(widgets):
    taken = [
        (each["x"] + column, each["y"] + line)
        for each in widgets
        for column in range(each["width"])
        for line in range(each["height"])
    ]

    assert len(taken) == len(set(taken))
    assert max(x for x, _ in taken) == 23


def test_the_budget_left_is_all_without_a_bad_event_and_none_at_the_objective(widgets):
    shown = widgets[1]["properties"]["metrics"]
    expressions = [row[0]["expression"] for row in shown if isinstance(row[0], dict)]

    assert len(expressions) == len(OBJECTIVES)
    for place, (text, objective) in enumerate(zip(expressions, OBJECTIVES, strict=True)):
        budget = float(re.fullmatch(rf"100 \* \(1 - m{place} / ([\d.]+)\)", text)[1])
        assert budget == pytest.approx(1 - objective.target)


def test_watching_an_idle_stage_stays_within_half_of_what_it_may_cost(template, widgets):
    terms = {term.what: term for term in idle(template["Resources"])}

    assert sum(term.usd for term in terms.values()) <= MOST
    assert terms["alarms"].usd == pytest.approx(38 * ALARM)
    assert terms["custom metrics"].usd == pytest.approx(3 * METRIC)
    assert terms["larger dashboards"].count == 0
    drawn = {tuple(part for part in row if isinstance(part, str)) for row in rows(widgets)}
    assert 30 < len(drawn) <= SMALL
