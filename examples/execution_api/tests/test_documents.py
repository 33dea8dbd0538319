"""The document that is derived for each version, and the one that the real server shows at that version."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from execution_api.versions import timeline
from execution_api.versions.serving import gates

from examples.execution_api.tests.documents import Difference, Kind, differences, plain

DATA = Path(__file__).parent / "data" / "openapi"
ALL = tuple(reversed(timeline.values))


def until(last: str) -> tuple[str, ...]:
    return ALL[: ALL.index(last) + 1]


def since(first: str) -> tuple[str, ...]:
    return ALL[ALL.index(first) :]


@dataclass(frozen=True, slots=True)
class Accepted:
    """Differences at places that fit a pattern, in some versions, and why they may be."""

    why: str
    kind: Kind
    places: str
    versions: tuple[str, ...] = ALL

    def covers(self, difference: Difference, version: str) -> bool:
        fits = re.fullmatch(self.places, difference.pointer) is not None
        return fits and difference.kind == self.kind and version in self.versions


OPERATION = r"/paths/[^/]+/(?:get|put|post|patch|delete|head)"
STATE = "/paths/~1task-instances~1{task_instance_id}~1state/patch"
XCOM = "/paths/~1xcoms~1{dag_id}~1{run_id}~1{task_id}~1{key}"
SCHEMAS = "/components/schemas"

FORM_OF_422: tuple[tuple[Kind, str], ...] = (("other", r"\$ref"), ("missing", r"\$ref"), ("more", "oneOf"))

# What the two servers say differently of one and the same, at every version.
AROUND = [
    Accepted(
        "Every operation takes the version in a header; the middleware, not the operations, knows it here",
        "missing",
        rf"{OPERATION}/parameters(/header Airflow-API-Version)?",
    ),
    Accepted(
        "Tokens are asked for around the operations here",
        "missing",
        rf"{OPERATION}/(security|responses/40[13])|/components/securitySchemes",
    ),
    Accepted(
        "The form of an error is declared here, where the real document leaves it open",
        "more",
        rf"{OPERATION}/responses/4\d\d(/content)?",
    ),
    *(
        Accepted(
            "The real document promises another form than its server sends, and ours, where the input does not fit",
            kind,
            rf"/paths/~1task-instances~1{{task_instance_id}}~1[a-z-]+/(put|patch)"
            rf"/responses/422/content/application~1json/schema/{place}",
        )
        for kind, place in FORM_OF_422
    ),
    Accepted(
        "A path that is wrong gets an undeclared response here: a route declares its path parameters as text",
        "missing",
        rf"{OPERATION}/(responses/422|parameters/path [a-z_]+/schema/(format|minLength))",
    ),
    Accepted(
        "An offset in a path is a number; see above",
        "other",
        re.escape(f"{XCOM}~1item~1{{offset}}/get/parameters/path offset/schema/type"),
    ),
    Accepted(
        "The real document does not describe these responses; ours describes what both send",
        "more",
        rf"{OPERATION}/responses/20[01]/content/application~1json/schema/(type|additionalProperties)",
    ),
    Accepted(
        "A second success, 200 for a state that was reported before, has no body and is not declared here",
        "missing",
        re.escape(f"{STATE}/responses/200"),
    ),
    Accepted(
        "An XCom without a body is null in both; the real document does not say so of the body",
        "missing",
        re.escape(f"{XCOM}/post/requestBody/content/application~1json/schema/$ref"),
    ),
    Accepted(
        "An XCom without a body is null in both, and this says so",
        "more",
        re.escape(f"{XCOM}/post/requestBody/content/application~1json/schema/oneOf"),
    ),
    Accepted(
        "The real document declares one response for all operations of a kind; these never send it",
        "missing",
        r"/paths/~1(variables|xcoms)~1[^/]+/(put|delete|head|get)/responses/404",
    ),
    Accepted("The number of XComs is in a header", "missing", re.escape(f"{XCOM}/head/responses/200/headers")),
    Accepted("A response to HEAD has no content", "missing", re.escape(f"{XCOM}/head/responses/200/content")),
    Accepted("JSON of any form is spelled out there, and is any value here", "missing", f"{SCHEMAS}/JsonValue/oneOf"),
]

# Where workers wait for tasks: the real server leaves that to its executors.
EXECUTOR = [
    Accepted("Workers wait for workloads here", "more", "/paths/~1workloads"),
    Accepted("What they get", "more", rf"{SCHEMAS}/(ExecuteTask|Workloads)"),
]

TOO_NEW = "The real document shows in every version what it takes from that version's workers, which is too much: "

# What the real version files declare without effect, and here has one.
REQUESTS = [
    Accepted(
        TOO_NEW + "names of mapped task instances",
        "missing",
        rf"{SCHEMAS}/TI(Terminal|Success|Deferred|Retry)StatePayload/properties/rendered_map_index",
        until("2025-04-11"),
    ),
    Accepted(
        TOO_NEW + "what a run is triggered with",
        "missing",
        rf"{SCHEMAS}/TriggerDAGRunPayload/properties/(partition_key|note|run_after)",
        until("2025-11-05"),
    ),
    Accepted(
        TOO_NEW + "retry policies",
        "missing",
        rf"{SCHEMAS}/TIRetryStatePayload/properties/retry_(delay_seconds|reason)",
        until("2026-04-06"),
    ),
    Accepted(
        TOO_NEW + "tasks that wait for a person",
        "missing",
        rf"{SCHEMAS}/TIAwaitingInputStatePayload",
        until("2026-04-06"),
    ),
    Accepted(
        TOO_NEW + "tasks that wait for a person, as one of the states to report",
        "other",
        re.escape(f"{STATE}/requestBody/content/application~1json/schema/oneOf"),
        until("2026-04-06"),
    ),
    Accepted(
        TOO_NEW + "the state of tasks that wait for a person",
        "other",
        rf"{SCHEMAS}/(IntermediateTIState|TaskInstanceState)/enum",
        until("2026-04-06"),
    ),
    Accepted(
        TOO_NEW + "slices of earlier runs",
        "missing",
        re.escape(f"{XCOM}~1slice/get/parameters/query include_prior_dates"),
        until("2025-05-20"),
    ),
]

# What older workers cannot read, and the real server sends them.
RESPONSES = [
    Accepted(
        "A task instance is handed out by the server's executor, where the real version files have no effect either",
        "missing",
        rf"{SCHEMAS}/TaskInstance/properties/queue",
        until("2026-04-06"),
    ),
    Accepted(
        "As for its queue",
        "missing",
        rf"{SCHEMAS}/TaskInstance/properties/dag_version_id",
        until("2025-08-10"),
    ),
    Accepted("As for its queue", "other", rf"{SCHEMAS}/TaskInstance/required", until("2025-08-10")),
    Accepted(
        "A configuration of null is turned into an empty object there as well; the document does not say so",
        "missing",
        rf"{SCHEMAS}/DagRun/properties/conf/oneOf",
        until("2025-09-23"),
    ),
    Accepted("As above", "more", rf"{SCHEMAS}/DagRun/properties/conf/type", until("2025-09-23")),
    Accepted(
        "Workers know the types of runs as a closed set; the real server sends them types that they refuse",
        "other",
        rf"{SCHEMAS}/DagRunType/enum",
        until("2026-04-06"),
    ),
    Accepted(
        "Workers of this age do not stop on 410; here a task instance that was cleared is not found",
        "missing",
        r"/paths/~1task-instances~1\{task_instance_id\}~1(heartbeat|rtif)/put/responses/410",
        until("2025-11-05"),
    ),
    Accepted(
        "The real document does not describe this response, and the real server sends it unconverted",
        "more",
        r"/paths/~1dag-runs~1\{dag_id\}~1previous/get/responses/200/content/application~1json/schema/oneOf",
        ("2025-08-10", "2025-09-23", "2025-10-27", "2025-11-05"),
    ),
    Accepted(
        "The operation that has moved is a second one there, with a name of its own",
        "other",
        r"/paths/~1dag-runs~1\{dag_id\}~1previous/get/operationId",
        ("2025-08-10", "2025-09-23", "2025-10-27", "2025-11-05"),
    ),
]

ACCEPTED = [*AROUND, *EXECUTOR, *REQUESTS, *RESPONSES]


def found_at(version: str) -> list[Difference]:
    real = json.loads((DATA / f"{version}.json").read_text())
    return list(differences(plain(real), plain(gates().contract(version))))


@pytest.mark.parametrize("version", ALL)
def test_a_version_is_documented_as_by_the_real_server(version: str) -> None:
    unexplained = [one for one in found_at(version) if not any(rule.covers(one, version) for rule in ACCEPTED)]

    assert unexplained == []


@pytest.mark.parametrize("version", ALL)
def test_what_is_accepted_is_still_there(version: str) -> None:
    found = found_at(version)

    idle = [
        rule.why for rule in ACCEPTED if version in rule.versions and not any(rule.covers(o, version) for o in found)
    ]

    assert idle == []


@pytest.mark.parametrize("version", ALL)
def test_no_difference_has_two_reasons(version: str) -> None:
    doubtful = [one for one in found_at(version) if sum(rule.covers(one, version) for rule in ACCEPTED) > 1]

    assert doubtful == []


def test_todays_document_differs_around_the_payloads_only() -> None:
    assert {one for one in found_at("2026-06-30") if one.pointer.startswith(SCHEMAS)} == {
        Difference("missing", f"{SCHEMAS}/JsonValue/oneOf"),
        Difference("more", f"{SCHEMAS}/ExecuteTask"),
        Difference("more", f"{SCHEMAS}/Workloads"),
    }
