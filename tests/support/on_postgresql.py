"""Run the tests on a PostgreSQL of their own: python -m tests.support.on_postgresql [pytest arguments].

The tests marked `django_db` are run, but not those in a browser, whose requests the tests of the admin and of
the API make as well. With REQUIRE_ALL=1 all of them are run, otherwise those in the folders where databases
differ. Without PostgreSQL this prints one line and does nothing; with REQUIRE_ALL=1 that is a failure.
"""

import os
import subprocess
import sys

from tests.support import clusters

USING_THE_DATABASE = ("-m", "django_db and not browser")
#: Folders with SQL, transactions or triggers of their own.
WHERE_DATABASES_DIFFER = tuple(
    f"tests/{folder}" for folder in ("models", "publication", "curation", "exports", "releases", "api")
)


def main() -> int:
    programs = clusters.binaries()
    required = bool(os.environ.get("REQUIRE_ALL"))
    if programs is None:
        print(f"SKIPPED: the tests on PostgreSQL: {clusters.MISSING}.")
        return 1 if required else 0
    arguments = sys.argv[1:] or [*USING_THE_DATABASE, *(() if required else WHERE_DATABASES_DIFFER)]
    with clusters.server(programs, logged="none") as cluster:
        environment = os.environ | {"DATABASE_URL": cluster.url, "PROPERTIES": "again"}
        environment.pop("CASES", None)  # the many generated requests are sent once
        return subprocess.call([sys.executable, "-m", "pytest", *arguments], env=environment)


if __name__ == "__main__":
    sys.exit(main())
