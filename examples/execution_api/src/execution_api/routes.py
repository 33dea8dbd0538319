"""Every route, and the token that it requires."""

from __future__ import annotations

from starlette.middleware import Middleware
from starlette.routing import Route

from execution_api.auth import Access, Authority, RequireToken
from execution_api.handlers import (
    assets,
    connections,
    dags,
    health,
    people,
    stores,
    task_instances,
    task_queries,
    task_state,
    variables,
    workloads,
    xcoms,
)
from timegate.starlette import Endpoint

__all__ = ["routes_for"]

TASK = Access()
OWN_TASK = Access(own="task_instance_id")
START = Access(scopes=("execution", "workload"), own="task_instance_id")
QUEUE = Access(scopes=("workload",))
OWN_TEST = Access(scopes=("workload",), own="connection_test_id", own_is="connection test ID")

OPEN: tuple[tuple[str, str, Endpoint], ...] = (
    ("GET", "/health", health.health),
    ("GET", "/health/ping", health.ping),
)

ONE_TASK = "/task-instances/{task_instance_id}"
TASK_STATE = "/store/ti/{task_instance_id}"
ONE_RUN = "/dag-runs/{dag_id}/{run_id}"
XCOM = "/xcoms/{dag_id}/{run_id}/{task_id}/{key:path}"

# The order matters: the first matching route handles the request.
CLOSED: tuple[tuple[str, str, Endpoint, Access], ...] = (
    ("GET", "/workloads", workloads.get_workloads, QUEUE),
    ("GET", "/task-instances/count", task_queries.get_task_instance_count, TASK),
    ("GET", "/task-instances/states", task_queries.get_task_instance_states, TASK),
    ("GET", "/task-instances/breadcrumbs", task_queries.get_task_instance_breadcrumbs, TASK),
    ("GET", "/task-instances/previous/{dag_id}/{task_id}", task_queries.get_previous_task_instance, TASK),
    ("PATCH", f"{ONE_TASK}/run", task_instances.ti_run, START),
    ("PATCH", f"{ONE_TASK}/state", task_state.ti_update_state, OWN_TASK),
    ("PATCH", f"{ONE_TASK}/skip-downstream", task_instances.ti_skip_downstream, OWN_TASK),
    ("PUT", f"{ONE_TASK}/heartbeat", task_instances.ti_heartbeat, OWN_TASK),
    ("PUT", f"{ONE_TASK}/rtif", task_instances.put_rtif, OWN_TASK),
    ("PATCH", f"{ONE_TASK}/rendered-map-index", task_instances.ti_patch_rendered_map_index, OWN_TASK),
    ("GET", f"{ONE_TASK}/previous-successful-dagrun", task_instances.get_previous_successful_dagrun, OWN_TASK),
    ("GET", f"{ONE_TASK}/validate-inlets-and-outlets", task_instances.validate_inlets_and_outlets, OWN_TASK),
    ("GET", "/task-reschedules/{task_instance_id}/start_date", task_instances.get_start_date, OWN_TASK),
    ("GET", "/variables/keys", variables.get_variable_keys, TASK),
    ("GET", "/variables/{variable_key:path}", variables.get_variable, TASK),
    ("PUT", "/variables/{variable_key:path}", variables.put_variable, TASK),
    ("DELETE", "/variables/{variable_key:path}", variables.delete_variable, TASK),
    ("GET", "/connections/{connection_id}", connections.get_connection, TASK),
    (
        "GET",
        "/connection-tests/{connection_test_id}/connection",
        connections.get_connection_test_connection,
        OWN_TEST,
    ),
    ("PATCH", "/connection-tests/{connection_test_id}", connections.patch_connection_test, OWN_TEST),
    ("GET", f"{XCOM}/item/{{offset}}", xcoms.get_mapped_xcom_by_index, TASK),
    ("GET", f"{XCOM}/slice", xcoms.get_mapped_xcom_by_slice, TASK),
    # Before GET, which in Starlette also handles HEAD.
    ("HEAD", XCOM, xcoms.head_xcom, TASK),
    ("GET", XCOM, xcoms.get_xcom, TASK),
    ("POST", XCOM, xcoms.set_xcom, TASK),
    ("DELETE", XCOM, xcoms.delete_xcom, TASK),
    ("GET", "/assets/by-name", assets.get_asset_by_name, TASK),
    ("GET", "/assets/by-uri", assets.get_asset_by_uri, TASK),
    ("GET", "/assets/by-alias", assets.get_assets_by_alias, TASK),
    ("GET", "/asset-events/by-asset", assets.get_asset_event_by_asset_name_uri, TASK),
    ("GET", "/asset-events/by-asset-alias", assets.get_asset_event_by_asset_alias, TASK),
    ("GET", "/dags/{dag_id}", dags.get_dag, TASK),
    ("GET", "/dag-runs/count", dags.get_dr_count, TASK),
    ("GET", "/dag-runs/previous", dags.get_previous_dagrun, TASK),
    ("GET", ONE_RUN, dags.get_dag_run, TASK),
    ("POST", ONE_RUN, dags.trigger_dag_run, TASK),
    ("POST", f"{ONE_RUN}/clear", dags.clear_dag_run, TASK),
    ("GET", f"{ONE_RUN}/state", dags.get_dagrun_state, TASK),
    ("POST", "/hitlDetails/{task_instance_id}", people.upsert_hitl_detail, OWN_TASK),
    ("PATCH", "/hitlDetails/{task_instance_id}", people.update_hitl_detail, OWN_TASK),
    ("GET", "/hitlDetails/{task_instance_id}", people.get_hitl_detail, OWN_TASK),
    ("GET", "/store/asset/by-name/value", stores.get_asset_state_store_by_name, TASK),
    ("PUT", "/store/asset/by-name/value", stores.set_asset_state_store_by_name, TASK),
    ("DELETE", "/store/asset/by-name/value", stores.delete_asset_state_store_by_name, TASK),
    ("DELETE", "/store/asset/by-name/clear", stores.clear_asset_state_store_by_name, TASK),
    ("GET", "/store/asset/by-uri/value", stores.get_asset_state_store_by_uri, TASK),
    ("PUT", "/store/asset/by-uri/value", stores.set_asset_state_store_by_uri, TASK),
    ("DELETE", "/store/asset/by-uri/value", stores.delete_asset_state_store_by_uri, TASK),
    ("DELETE", "/store/asset/by-uri/clear", stores.clear_asset_state_store_by_uri, TASK),
    ("DELETE", TASK_STATE, stores.clear_task_state_store, OWN_TASK),
    ("GET", f"{TASK_STATE}/{{key:path}}", stores.get_task_state_store, OWN_TASK),
    ("PUT", f"{TASK_STATE}/{{key:path}}", stores.set_task_state_store, OWN_TASK),
    ("DELETE", f"{TASK_STATE}/{{key:path}}", stores.delete_task_state_store, OWN_TASK),
)


def routes_for(authority: Authority) -> list[Route]:
    """Make the route table of an application whose tokens this authority issues."""
    is_open = [Route(path, endpoint, methods=[method]) for method, path, endpoint in OPEN]
    closed = [
        Route(
            path,
            endpoint,
            methods=[method],
            middleware=[Middleware(RequireToken, authority=authority, access=access)],
        )
        for method, path, endpoint, access in CLOSED
    ]
    return is_open + closed
