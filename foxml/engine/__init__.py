"""The decision step: one event in, commands and records out, and nothing else touched."""

from foxml.engine.config import EngineConfig
from foxml.engine.engine import Engine
from foxml.signals import ModelCard

__all__ = ["Engine", "EngineConfig", "ModelCard"]
