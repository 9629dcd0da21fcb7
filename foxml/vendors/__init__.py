"""Connections to vendors: sessions, pacing, retries and credentials, shared by sources, feeds and brokers."""
