"""The journal: every event with what the engine answered, in one transaction, before anything takes effect."""

from foxml.journal.deferred import DeferredJournal
from foxml.journal.reader import EncodedOutput, Entry, JournalReader, Record, journal_identity
from foxml.journal.writer import JournalWriter

__all__ = ["DeferredJournal", "EncodedOutput", "Entry", "JournalReader", "JournalWriter", "Record", "journal_identity"]
