"""The template with two regions: what is copied, and the second region's stack, which must not miss a name."""

import json
import re

import pytest

from infra.package import package
from infra.region import second_template, target_of
from infra.stores import REPLICATED, TABLES

NAMES = {logical: f"bascule-prod-{logical}-1A2B" for logical in TABLES}
PSEUDO = {"AWS::Region", "AWS::Partition", "AWS::AccountId", "AWS::URLSuffix", "AWS::NoValue"}


@pytest.fixture(scope="module")
def home():
    return json.loads(package().template.read_text())


@pytest.fixture(scope="module")
def second(home):
    return second_template(home, NAMES)


def mentioned(value):
    """Every logical id that a template refers to."""
    if isinstance(value, list):
        return {name for each in value for name in mentioned(each)}
    if not isinstance(value, dict):
        return set()
    found = {name for each in value.values() for name in mentioned(each)}
    if value.keys() == {"Ref"}:
        found.add(value["Ref"])
    if value.keys() == {"Fn::GetAtt"}:
        found.add(value["Fn::GetAtt"][0])
    if value.keys() == {"Fn::Sub"} and isinstance(value["Fn::Sub"], str):
        found |= {name.partition(".")[0] for name in re.findall(r"\$\{([\w:.]+)\}", value["Fn::Sub"])}
    return found


def test_what_is_copied_streams_its_changes_where_there_is_a_second_region_and_nowhere_else(home):
    streams = {name: home["Resources"][name]["Properties"].get("StreamSpecification") for name in TABLES}

    assert {name for name, stream in streams.items() if stream} == set(REPLICATED)
    assert streams["ContactsTable"] == {
        "Fn::If": ["HasRegions", {"StreamViewType": "NEW_AND_OLD_IMAGES"}, {"Ref": "AWS::NoValue"}]
    }
    assert home["Parameters"]["Regions"]["Default"] == ""
    assert home["Conditions"]["HasRegions"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "Regions"}, ""]}]}


def test_every_function_is_told_the_regions(home):
    functions = [r for r in home["Resources"].values() if r["Type"] == "AWS::Serverless::Function"]

    told = [f["Properties"]["Environment"]["Variables"]["BASCULE_REGIONS"] for f in functions]
    assert told == [{"Ref": "Regions"}] * len(functions)


def test_the_ledger_has_one_writer_in_each_region():
    assert set(TABLES) - set(REPLICATED) == {"LedgerTable"}


def test_the_second_region_makes_no_table_that_is_there_already_and_misses_no_name(home, second):
    tables = {name for name, one in second["Resources"].items() if one["Type"] == "AWS::DynamoDB::Table"}

    assert tables == {"LedgerTable"}
    assert mentioned(home) & set(REPLICATED) == set(REPLICATED)
    assert not {name for name in mentioned(second) if name in REPLICATED}
    assert "HasRegions" not in json.dumps(second)
    known = second["Resources"].keys() | second["Parameters"].keys() | PSEUDO
    assert mentioned(second) - known == mentioned(home) - (home["Resources"].keys() | known)
    assert not any(
        name in json.dumps(one.get("DependsOn", []))
        for one in second["Resources"].values()
        for name in REPLICATED
    )


def test_its_functions_have_homes_names_and_its_roles_the_copies_of_its_own_region(second):
    variables = second["Resources"]["Deliver"]["Properties"]["Environment"]["Variables"]
    roles = json.dumps(second["Resources"])

    assert variables["BASCULE_CONTACTS_TABLE"] == NAMES["ContactsTable"]
    own = "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/" + NAMES["ContactsTable"]
    assert json.dumps({"Fn::Sub": own}) in roles
    assert json.dumps({"Fn::Sub": f"{own}/index/party"}) in roles


def test_the_second_stack_has_a_name_of_its_own_and_the_stages():
    target = target_of("prod", "eu-central-1", "b", {"Aws": "yes"})

    assert (target.stack, target.parameters["Stage"]) == ("bascule-prod-eu-central-1", "prod")
