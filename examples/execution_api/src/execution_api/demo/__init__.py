"""The main job, shown: real workers of several generations run one DAG against one server that knows only head."""
