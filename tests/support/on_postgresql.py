"""Run the tests on a PostgreSQL of their own: python -m tests.support.on_postgresql [pytest arguments].

Where there is none on the machine it says so in one line and does nothing; with REQUIRE_ALL=1 that is a
failure, and every test is run.
"""

import os
import subprocess
import sys

from tests.support import clusters

#: Tests of what the two databases do each in its own way: enough on a user's machine, where time counts.
ON_BOTH = (
    "api/test_changes",
    "api/test_filters",
    "api/test_paging",
    "api/test_summary",
    "api/test_transfers",
    "publication/test_append_only",
    "registers/test_bundle",
    "models/test_curation_models",
    "exports/test_exports",
    "exports/test_exports_agree",
    "exports/test_csv_cells",
    "curation/test_history",
    "models/test_inserts",
    "curation/test_loading",
    "publication/test_names",
    "availability/test_outage",
    "publication/test_publication",
    "admin/test_queues",
    "registers/test_editions",
    "registers/test_importing",
    "registers/test_naming",
    "registers/test_undo",
    "releases/test_releases",
    "publication/test_search",
    "test_shipped_data",
    "admin/test_stale",
    "api/test_time_travel",
    "publication/test_verify",
    "curation/test_workflow",
)
#: Tests that start PostgreSQL by themselves, in whichever run: once is enough. REQUIRE_ALL=1 runs all others.
OWN_SERVERS = ("availability/test_replicas",)
#: Tests whose programs run on SQLite files of their own, whatever DATABASE_URL says.
OWN_FILES = (
    "management/test_commands",
    "test_documents",
    "exports/test_export_breaks",
    "registers/test_importregister",
)
#: What a browser asks for is asked by the tests of the admin and of the API as well.
IN_A_BROWSER = ("test_browser", "admin/test_workbench")
#: Tests of pure logic: no other database makes a difference.
WITHOUT = (
    "vocabulary/test_codes",
    "vocabulary/test_edtf",
    "publication/test_figures",
    "registers/test_comments",
    "registers/test_delivery_years",
    "registers/test_descriptions",
    "registers/test_hostile_files",
    "registers/test_matching",
    "registers/test_trade_register",
    "registers/test_likeness",
    "vocabulary/test_counts",
    "evidence/test_recognition",
    "evidence/test_recognition_quality",
    "registers/test_kill",
    "evidence/test_seeds",
    "evidence/test_seeds_shape",
    "evidence/test_english",
)


def main() -> int:
    programs = clusters.binaries()
    required = bool(os.environ.get("REQUIRE_ALL"))
    if programs is None:
        print(f"SKIPPED: the tests on PostgreSQL: {clusters.MISSING}.")
        return 1 if required else 0
    whole = [f"--ignore=tests/{name}.py" for name in (*OWN_SERVERS, *OWN_FILES, *IN_A_BROWSER, *WITHOUT)]
    chosen = whole if required else [f"tests/{name}.py" for name in ON_BOTH]
    with clusters.server(programs, logged="none") as cluster:
        environment = os.environ | {"DATABASE_URL": cluster.url}
        environment.pop("CASES", None)  # the many generated requests are sent once
        return subprocess.call([sys.executable, "-m", "pytest", *(sys.argv[1:] or chosen)], env=environment)


if __name__ == "__main__":
    sys.exit(main())
