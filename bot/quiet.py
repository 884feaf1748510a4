"""Settings that must stand before Rasa is imported: no telemetry, few threads, no words of a visitor in a log."""

from __future__ import annotations

import logging
import os
import warnings
from typing import Any, NoReturn

import structlog

_ENVIRONMENT = {
    "RASA_TELEMETRY_ENABLED": "false",
    "RASA_MAX_CACHE_SIZE": "0",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_INTRA_OP_PARALLELISM_THREADS": "1",
    "TF_INTER_OP_PARALLELISM_THREADS": "1",
    "CUDA_VISIBLE_DEVICES": "",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
}

_ABOVE_ALL = logging.CRITICAL + 1


def prepare() -> None:
    """Call before the first import of Rasa.

    The libraries' loggers are shut altogether: even their errors quote what the visitor wrote.
    What this house has to say goes through the logger "bot".
    """
    os.environ.update(_ENVIRONMENT)
    # Not a filter: the libraries set filters of their own while they are imported.
    warnings.showwarning = lambda *_: None
    logging.basicConfig(format="%(name)s: %(message)s", level=_ABOVE_ALL)
    logging.getLogger("bot").setLevel(logging.INFO)
    for name in ("rasa", "rasa_sdk", "aiohttp", "asyncio", "tensorflow", "matplotlib", "apscheduler"):
        logging.getLogger(name).setLevel(_ABOVE_ALL)
    structlog.configure(
        processors=[_drop],
        wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL),
        cache_logger_on_first_use=True,
    )


def _drop(logger: Any, method: str, event: dict[str, Any]) -> NoReturn:
    raise structlog.DropEvent
