"""The other side of the API: released Task SDKs, and workers in other languages, running real tasks."""

from execution_api.worker.environments import Environment, EnvironmentFailed, make_environment
from execution_api.worker.interpreter import Interpreter, NoSuitablePython, find_interpreter
from execution_api.worker.languages import (
    LANGUAGES,
    BuildFailed,
    LanguageWorker,
    Program,
    UnknownLanguage,
    build,
    language_workers_of,
    run_next,
)
from execution_api.worker.run import TaskOrder, TaskRun, run_task
from execution_api.worker.sdks import GENERATIONS, Generation, UnknownSdk, generation_of, generations_of
from execution_api.worker.traffic import Exchange
from execution_api.worker.workload import workload_for

__all__ = [
    "GENERATIONS",
    "LANGUAGES",
    "BuildFailed",
    "Environment",
    "EnvironmentFailed",
    "Exchange",
    "Generation",
    "Interpreter",
    "LanguageWorker",
    "NoSuitablePython",
    "Program",
    "TaskOrder",
    "TaskRun",
    "UnknownLanguage",
    "UnknownSdk",
    "build",
    "find_interpreter",
    "generation_of",
    "generations_of",
    "language_workers_of",
    "make_environment",
    "run_next",
    "run_task",
    "workload_for",
]
