"""Registers of others in ours: names resolved, deals planned and written, undone, compared, reconciled."""
