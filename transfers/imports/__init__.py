"""Readers of other people's registers: bytes → deals or faults. No database, no Django."""
