"""Run the tests on a PostgreSQL of their own: python -m tests.on_postgresql [pytest arguments].

Where there is none on the machine it says so in one line and does nothing; with REQUIRE_ALL=1 that is a
failure, and every test is run.
"""

import os
import subprocess
import sys

from tests import clusters

#: Tests of what the two databases do each in its own way: enough on a user's machine, where time counts.
ON_BOTH = (
    "test_api_changes", "test_api_filters", "test_api_paging", "test_api_summary", "test_api_transfers",
    "test_append_only", "test_bundle", "test_curation_models", "test_exports", "test_exports_agree",
    "test_exports_csv_cells", "test_history", "test_inserts", "test_loading", "test_names", "test_outage",
    "test_publication", "test_queues", "test_register_editions", "test_register_import",
    "test_register_names", "test_register_undo", "test_releases", "test_search", "test_shipped_data",
    "test_stale", "test_time_travel", "test_verify", "test_workflow",
)  # fmt: skip
#: Tests that start PostgreSQL by themselves, in whichever run: once is enough. REQUIRE_ALL=1 runs all others.
OWN_SERVERS = ("test_replicas",)
#: Tests whose programs run on SQLite files of their own, whatever DATABASE_URL says.
OWN_FILES = ("test_commands", "test_documents", "test_export_breaks", "test_importregister")
#: What a browser asks for is asked by the tests of the admin and of the API as well.
IN_A_BROWSER = ("test_browser", "test_workbench")
#: Tests of pure logic: no other database makes a difference.
WITHOUT = (
    "test_codes", "test_edtf", "test_figures", "test_imports_comments", "test_imports_delivery_years",
    "test_imports_descriptions", "test_imports_hostile", "test_imports_matching",
    "test_imports_trade_register", "test_likeness", "test_quantities", "test_recognition",
    "test_recognition_quality", "test_register_kill", "test_seeds", "test_seeds_shape", "test_seeds_words",
)  # fmt: skip


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
