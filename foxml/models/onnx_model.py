"""Models of the Open Neural Network Exchange, scored by ONNX Runtime on one thread."""

import threading
from types import ModuleType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from foxml.errors import MissingExtra, ModelError
from foxml.models.onnx_document import OnnxDocument, read_onnx
from foxml.models.rows import Kind, Rows, Scores, check_rows, is_output

__all__ = ["OnnxModel", "onnx_runtime"]

_ROWS_AT_ONCE: Final = 16
"""Rows of every call, whatever their number: a kernel treats a row in a shorter block in another way, with other bits.
At least as many as the widest vector has numbers: so no block ends within a vector."""

_LOG_NOTHING: Final = 4


class OnnxModel:
    """A model of ONNX. Immutable; may be shared between threads, one of which scores at a time.

    Rows are scored in blocks of one size in memory that is bound once: a call allocates its result and little else, and
    a row has the same score in whatever company. The intra-op pool has one thread and nodes run one after the other.
    Optimisations of the memory's layout, which depend on the machine, are off; kernels still differ by its
    instructions, so that another machine, or version of the runtime, may score with other last bits.

    Build one with `from_onnx`.

    Parameters
    ----------
    session : onnxruntime.InferenceSession
    document : OnnxDocument
    source : str
        Name of the file, for errors.
    runtime : str
        The runtime and its version.
    """

    def __init__(self, session: Any, document: OnnxDocument, source: str, runtime: str) -> None:
        self._session = session
        self._document = document
        self._source = source
        self._runtime = runtime
        self._lock = threading.Lock()
        self._block = _ROWS_AT_ONCE if document.rows is None else document.rows
        self._rows = np.zeros((self._block, document.feature_count), dtype=document.input_type)
        self._scores = np.zeros((self._block, document.output_count), dtype=document.output_type)
        shape = self._scores.shape[:1] if document.is_flat else self._scores.shape
        self._binding = session.io_binding()
        self._binding.bind_input(
            document.input_name, "cpu", 0, self._rows.dtype, self._rows.shape, self._rows.ctypes.data
        )
        self._binding.bind_output(document.output_name, "cpu", 0, self._scores.dtype, shape, self._scores.ctypes.data)

    @classmethod
    def from_onnx(cls, data: bytes, *, source: str) -> "OnnxModel":
        """Read an ONNX file.

        Parameters
        ----------
        data : bytes
            A whole model in one file; see `foxml.models.onnx_document.read_onnx` for what is refused.
        source : str
            Name of the file, for errors.

        Raises
        ------
        ModelError
            If the file is refused, or ONNX Runtime does not load it or cannot run it.
        MissingExtra
            If ONNX Runtime is not installed.
        """
        document = read_onnx(data, source)
        runtime = onnx_runtime(source)
        about = ", ".join(f"opset {version} of {domain or 'ai.onnx'}" for domain, version in document.opsets)
        try:
            session = runtime.InferenceSession(data, _options(runtime), providers=["CPUExecutionProvider"])
            model = cls(session, document, source, f"onnxruntime {runtime.__version__}")
            model._run()
        except Exception as error:  # its errors have no base of their own
            raise ModelError(
                f"{source}: onnxruntime {runtime.__version__} refuses the model (IR version {document.ir_version}, "
                f"{about}): {error}"
            ) from None
        return model

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Empty: an ONNX file does not name its columns."""
        return ()

    @property
    def feature_count(self) -> int:
        """Columns of a row."""
        return self._document.feature_count

    @property
    def output_count(self) -> int:
        """Scores per row."""
        return self._document.output_count

    @property
    def document(self) -> OnnxDocument:
        """What the file says of itself."""
        return self._document

    @property
    def runtime(self) -> str:
        """The runtime and its version: ``onnxruntime 1.20.0``."""
        return self._runtime

    @property
    def summary(self) -> str:
        """What the model is, in a few words."""
        return f"{self._document.nodes:,} nodes, {self._runtime}"

    def predict(self, rows: Rows, kind: Kind = "raw") -> Scores:
        """Score rows.

        Parameters
        ----------
        rows : ndarray of float32 or float64, shape (n, feature_count)
            Converted to the type of the graph's input.
        kind : {"raw", "output"}
            The same here: what the graph gives.

        Returns
        -------
        ndarray, shape (n, output_count)
            In the type of the graph's output; NaN where it would not be finite, and for a row with a cell that is not
            finite, unless the model takes them (``foxml.missing`` in its metadata).

        Raises
        ------
        ModelError
            If `rows` has another shape or type, or the runtime fails.
        """
        check_rows(rows, self.feature_count, 2, self._source)
        is_output(kind, self._source)
        scores: NDArray[Any] = np.empty((len(rows), self.output_count), dtype=self._scores.dtype)
        with self._lock:
            for first in range(0, len(rows), self._block):
                some = rows[first : first + self._block]
                scores[first : first + len(some)] = self._score(some)
        scores[~np.isfinite(scores)] = np.nan
        return scores

    def predict_row(self, row: Rows, kind: Kind = "raw") -> Scores:
        """Score one row of shape (feature_count,); see `predict`.

        Returns
        -------
        ndarray, shape (output_count,)

        Raises
        ------
        ModelError
        """
        check_rows(row, self.feature_count, 1, self._source)
        found: Scores = self.predict(row[None, :], kind)[0]
        return found

    def _score(self, rows: Rows) -> NDArray[Any]:
        """Score one block; what is returned is the block's own memory."""
        count = len(rows)
        with np.errstate(over="ignore"):
            self._rows[:count] = rows
        self._rows[count:] = 0
        try:
            self._run()
        except Exception as error:  # its errors have no base of their own
            raise ModelError(f"{self._source}: {self._runtime}: {error}") from None
        if not self._document.takes_missing:
            self._scores[~np.isfinite(self._rows).all(axis=1)] = np.nan
        return self._scores[:count]

    def _run(self) -> None:
        self._session.run_with_iobinding(self._binding)


def onnx_runtime(source: str) -> ModuleType:
    """Import ONNX Runtime, which nothing does before a model needs it.

    Raises
    ------
    MissingExtra
    """
    try:
        import onnxruntime
    except ImportError as error:
        raise MissingExtra(
            f"{source}: a model of the kind onnx needs onnxruntime ({error}): pip install 'foxml[onnx]'"
        ) from None
    found: ModuleType = onnxruntime
    return found


def _options(runtime: ModuleType) -> Any:
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.execution_mode = runtime.ExecutionMode.ORT_SEQUENTIAL
    options.graph_optimization_level = runtime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.use_deterministic_compute = True
    options.log_severity_level = _LOG_NOTHING
    return options
