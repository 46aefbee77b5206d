"""Turn a text into a vector of meaning."""

import atexit
import hashlib
import logging
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any, Protocol

import numpy as np

from knowledge.engine import pieces
from knowledge.engine.index import Floats

WEIGHTS = Path(__file__).parent.parent / "weights"
LONGEST = 150  # characters
MOST = 96  # pieces, some 140 characters: time grows with them, and what comes later says little more
WIDTH = 384
FILES = ("pieces.txt", "meaning.onnx")
_PATIENCE = 5.0  # seconds

# A thread that is in the runtime while Python ends takes the whole process down with an abort. So whoever is in it
# holds this lock, and the end of the process waits for it and keeps it: a text takes milliseconds.
_INSIDE = Lock()
atexit.register(_INSIDE.acquire, timeout=_PATIENCE)

log = logging.getLogger(__name__)


@cache
def edition() -> str:
    """A name for exactly this model: what another one made is not to be compared with what this one makes."""
    digest = hashlib.sha256()
    for name in FILES:
        path = WEIGHTS / name
        digest.update(path.read_bytes() if path.exists() else b"")
    return digest.hexdigest()[:8]


class Encoder(Protocol):
    """Makes vectors of length 1; `ready` says whether it can already."""

    @property
    def ready(self) -> bool:
        """Whether `encode` answers now."""
        ...

    def encode(self, texts: Sequence[str]) -> Floats | None:
        """One row a text; None while it is not ready or if it is broken."""
        ...


class Sentences:
    """The sentence model in weights/, loaded once; if it is broken or its runtime is missing, `failure` says why."""

    def __init__(self) -> None:
        self.failure: str | None = None
        self._model: Model | None = None
        self._lock = Lock()
        self._done = Event()

    @property
    def ready(self) -> bool:
        """Whether `encode` answers now."""
        return self._model is not None

    def start(self) -> None:
        """Load in the background."""
        Thread(target=self.load, name="semantic", daemon=True).start()

    def load(self) -> None:
        """Load now; a second call waits for the first."""
        with self._lock:
            if self._done.is_set():
                return
            try:
                self._model = Model(WEIGHTS)
            except Exception as error:
                self.failure = f"{type(error).__name__}: {error}"
                log.warning("semantic leg is off: %s", self.failure)
            self._done.set()

    def wait(self, seconds: float) -> bool:
        """Whether it is ready within that time."""
        return self._done.wait(seconds) and self.ready

    def encode(self, texts: Sequence[str]) -> Floats | None:
        """One row a text; None while it is not ready or if it is broken."""
        return None if self._model is None else self._model.encode(texts)


class Model:
    """A small transformer (benchmarks.train_meaning says how it was made) in ONNX Runtime, on one thread."""

    def __init__(self, folder: Path) -> None:
        from threadpoolctl import threadpool_limits

        # For the whole process and for good: products as small as ours only wait for each other on several cores.
        threadpool_limits(1, user_api="blas")
        self._pieces = pieces.read(folder / FILES[0])
        self._session = _session(folder / FILES[1])
        self.encode(["离婚"])

    def encode(self, texts: Sequence[str]) -> Floats:
        """One row of length 1 a text, each by itself: in a batch the rounding would depend on its neighbours."""
        rows = np.empty((len(texts), WIDTH), np.float32)
        for place, text in enumerate(texts):
            ids = np.array([self._pieces.cut(text[:LONGEST], MOST)], np.int64)
            with _INSIDE:
                rows[place] = self._session.run(None, {"ids": ids})[0][0]
        return rows


def _session(path: Path) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False  # it would keep the memory of the longest text for good
    with _INSIDE:
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
