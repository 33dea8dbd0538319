"""The other side of the API: released Task SDKs, each in an environment of its own, running real tasks."""

from execution_api.worker.environments import Environment, EnvironmentFailed, make_environment
from execution_api.worker.interpreter import Interpreter, NoSuitablePython, find_interpreter
from execution_api.worker.run import TaskOrder, TaskRun, run_task
from execution_api.worker.sdks import GENERATIONS, Generation, UnknownSdk, generation_of, generations_of
from execution_api.worker.traffic import Exchange
from execution_api.worker.workload import workload_for

__all__ = [
    "GENERATIONS",
    "Environment",
    "EnvironmentFailed",
    "Exchange",
    "Generation",
    "Interpreter",
    "NoSuitablePython",
    "TaskOrder",
    "TaskRun",
    "UnknownSdk",
    "find_interpreter",
    "generation_of",
    "generations_of",
    "make_environment",
    "run_task",
    "workload_for",
]
