"""Run the tests on a PostgreSQL of their own: python -m tests.on_postgresql [pytest arguments].

Where there is none on the machine it says so in one line and does nothing; with REQUIRE_ALL=1 that is a
failure, and every test is run.
"""

import os
import subprocess
import sys

from tests import clusters

#: Tests of documents, pages and pure logic, which no database changes: once, on SQLite's run, is enough.
NO_DATABASE = (
    "test_browser", "test_codes", "test_commands", "test_documents", "test_edtf", "test_figures",
    "test_reference", "test_replica_choice", "test_seeds", "test_seeds_shape", "test_seeds_words",
    "test_walls",
)  # fmt: skip
#: Tests that start PostgreSQL by themselves, in whichever run: once is enough, with REQUIRE_ALL=1 too.
OWN_SERVERS = ("test_replicas",)


def main() -> int:
    programs = clusters.binaries()
    required = bool(os.environ.get("REQUIRE_ALL"))
    if programs is None:
        print(f"SKIPPED: the tests on PostgreSQL: {clusters.MISSING}.")
        return 1 if required else 0
    left_out = OWN_SERVERS if required else (*NO_DATABASE, *OWN_SERVERS)
    with clusters.server(programs, logged="none") as cluster:
        environment = os.environ | {"DATABASE_URL": cluster.url}
        arguments = sys.argv[1:] or [f"--ignore=tests/{name}.py" for name in left_out]
        return subprocess.call([sys.executable, "-m", "pytest", *arguments], env=environment)


if __name__ == "__main__":
    sys.exit(main())
