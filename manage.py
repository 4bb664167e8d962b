#!/usr/bin/env python
"""Django's command line for the register."""

import os
import sys

if sys.version_info < (3, 11):  # noqa: UP036 - for whoever starts it with an older one
    sys.exit("arms_registry needs Python 3.11 or newer; this is Python " + sys.version.split()[0])

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "arms_registry.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
