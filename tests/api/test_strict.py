"""Nothing asked is ignored: what cannot be answered as it stands is a 400 that says why, on every address."""

import pytest
from django.core import signing

from tests.support import factories
from transfers.api.request import paging
from transfers.api.request.filters import RowFilterSet

pytestmark = pytest.mark.django_db
PROBLEM = "application/problem+json"
LISTS = ["/api/transfers", "/api/transfers/", "/api/transfers.csv"]
RESOURCES = [
    "/api/claims", "/api/claims.csv", "/api/parties", "/api/systems.csv", "/api/sources",
    "/api/transfers/summary", "/api/transfers/summary.csv",
]  # fmt: skip
ADDRESSES = [
    *LISTS, *RESOURCES, "/api/fields", "/api/fields.csv", "/api/transfers/rus-srb",
    "/api/transfers/rus-srb.csv", "/api/transfers/none", "/api", "/api/changes", "/api/changes.csv",
    "/api/changes.atom", "/api/transfers/rus-srb@1", "/api/transfers.bib", "/api/transfers/rus-srb.csl",
]  # fmt: skip
#: Signed with the right key, but as something else than a cursor.
FOREIGN = signing.Signer(salt="transfers.other").sign_object(["", False, ["a"]])
FORGED = signing.Signer(key="another", salt="transfers.cursor").sign_object(["", False, ["a"]])

#: The query, the parameter at fault, and a suggestion where there is a near name.
MALFORMED = [
    # names that are none
    ("sistem=S-400", "sistem", "system"),
    ("System=S-400", "System", "system"),
    ("SUPPLIER=RUS", "SUPPLIER", "supplier"),
    ("suplier=RUS", "suplier", "supplier"),
    ("recipent=SRB", "recipent", "recipient"),
    ("satus=agreed", "satus", "status"),
    ("quantity_order=6", "quantity_order", "quantity_ordered"),
    ("date_deliverd=2019", "date_deliverd", "date_delivered"),
    ("page-size=5", "page-size", "page_size"),
    ("pagesize=5", "pagesize", "page_size"),
    ("order=key", "order", "ordering"),
    ("formt=json", "formt", "format"),
    ("certian=true", "certian", "certain"),
    ("system%20=S-400", "system ", "system"),
    ("system[]=S-400", "system[]", "system"),
    ("%D1%81ystem=S-400", "сystem", "system"),
    ("zzzzqqqq=1", "zzzzqqqq", None),
    ("_=1", "_", None),
    ("=1", "", None),
    ("&system=S-400&x", "x", None),
    # lookups that are none
    ("system__contains=400", "system__contains", None),
    ("system__in=S-400", "system__in", "system"),
    ("system__isnull=true", "system__isnull", None),
    ("status__gte=agreed", "status__gte", "status"),
    ("key__gte=a", "key__gte", "key"),
    ("location__gte=a", "location__gte", None),
    ("quantity_ordered__gt=5", "quantity_ordered__gt", "quantity_ordered__gte"),
    ("quantity_ordered__contains=5", "quantity_ordered__contains", None),
    ("date_agreed__year=2019", "date_agreed__year", None),
    ("quantity_ordered_gte=5", "quantity_ordered_gte", "quantity_ordered__gte"),
    ("system__not__not=S-400", "system__not__not", "system"),
    ("certain__not=true", "certain__not", None),
    # choices that are none
    ("status=delivred", "status", "delivered"),
    ("status=Delivered", "status", "delivered"),
    ("status=agreed,new", "status", None),
    ("status=agreed,", "status", None),
    ("kind=sold", "kind", None),
    ("kind__not=sail", "kind__not", "sale"),
    ("category=aircrafts", "category", "aircraft"),
    ("unit=batteries", "unit", "battery"),
    ("disputed=quantity", "disputed", None),
    ("disputed=quantity_order", "disputed", "quantity_ordered"),
    # parties and systems that are none
    ("system=Pantsir", "system", None),
    ("system=S-40O", "system", "S-400"),
    ("system=---", "system", None),
    ("system=,", "system", None),
    ("supplier=Rusia", "supplier", "Russia"),
    ("supplier=RUS,Atlantis", "supplier", None),
    ("recipient__not=Sebria", "recipient__not", "Serbia"),
    ("recipient=*", "recipient", None),
    # empty, blank, repeated
    ("system=", "system", None),
    ("system", "system", None),
    ("note__contains=", "note__contains", None),
    ("note__contains=%20%09", "note__contains", None),
    ("key=&key=a", "key", None),
    ("ordering=", "ordering", None),
    ("cursor=", "cursor", None),
    ("page_size=", "page_size", None),
    ("format=", "format", None),
    ("page_size=5&page_size=5", "page_size", None),
    ("ordering=key&ordering=key", "ordering", None),
    ("certain=true&certain=false", "certain", None),
    ("quantity_ordered__gte=1&quantity_ordered__gte=2", "quantity_ordered__gte", None),
    ("date_agreed__lte=2019&date_agreed__lte=2020", "date_agreed__lte", None),
    ("note__isnull=true&note__isnull=true", "note__isnull", None),
    # fields to show
    ("fields=key,sytem", "fields", "system"),
    ("omit=notes", "omit", "note"),
    ("fields=key&omit=key", "omit", None),
    ("fields=key&fields=sistem", "fields", "system"),
    ("fields=system__not", "fields", "system"),
    ("fields=names", "fields", None),
    ("fields=until", "fields", None),
    ("omit=system_family", "omit", None),
    ("fields=,", "fields", None),
    ("fields=key,", "fields", None),
    ("omit=%20", "omit", None),
    ("omit=,", "omit", None),
    # cursors
    ("cursor=abc", "cursor", None),
    ("cursor=:", "cursor", None),
    ("cursor=WyJhIl0:x", "cursor", None),
    ("cursor=%D0%A1", "cursor", None),
    (f"cursor={FORGED}", "cursor", None),
    (f"cursor={FOREIGN}", "cursor", None),
    # page sizes
    *(
        (f"page_size={size}", "page_size", None)
        for size in ("0", "-1", "1001", "abc", "1e3", "1.0", "+5", "5%20", "0x10", "9" * 400, "٥", "²", "5_0",
                     "0000000011001", "000000001" + "9" * 30, "None")
    ),
    # orderings
    ("ordering=suplier", "ordering", "supplier"),
    ("ordering=--key", "ordering", "key"),
    ("ordering=key,key", "ordering", None),
    ("ordering=key,-key", "ordering", None),
    ("ordering=system,", "ordering", None),
    ("ordering=-", "ordering", None),
    ("ordering=note", "ordering", None),
    ("ordering=disputed", "ordering", None),
    ("ordering=until", "ordering", None),
    ("ordering=names", "ordering", None),
    ("ordering=supplier__name", "ordering", "supplier_name"),
    ("ordering=?", "ordering", None),
    # numbers
    *(
        (f"quantity_ordered={number}", "quantity_ordered", None)
        for number in ("six", "1.5", "1e3", "٦", "1_000", "1,000", "0x6", "--6", "-", "9223372036854775808",
                       "9" * 500)
    ),
    *(
        (f"tiv_unit__gte={number}", "tiv_unit__gte", None)
        for number in ("nan", "inf", "-Infinity", "1e999", "1_0", "٦", "12,5", "much")
    ),
    # dates, days and times
    *(
        (f"date_delivered={text}", "date_delivered", None)
        for text in ("24.10.2019", "10/24/2019", "2019-13", "2019-02-30", "2019-1-5", "October 2019", "19",
                     "last year", "2020/2019", "../..", "2019-10-24T00:00:00", "٢٠١٩", "0000", "20190",
                     "2019,2020", "9" * 500)
    ),
    *(
        (f"date_delivered_earliest__gte={text}", "date_delivered_earliest__gte", None)
        for text in ("2019", "2019-02-30", "24.10.2019", "2019-1-5", "20191024", "2019-W43-4", "٢٠١٩-١٠-٢٤",
                     "0000-01-01")
    ),
    *(
        (f"updated__gte={text}", "updated__gte", None)
        for text in ("yesterday", "2026-13-01", "2026-01-31T25:00:00Z", "2026", "12:00", "1767225600")
    ),
    # booleans
    *((f"certain={text}", "certain", "true") for text in ("2", "on", "tru", "true.")),
    ("note__isnull=2", "note__isnull", "false"),
    ("note__isnull=null", "note__isnull", None),
]  # fmt: skip

#: What no address takes, whatever it answers: the query and the parameter ('' for the query as a whole).
MALFORMED_ANYWHERE = [
    ("zzzzqqqq=1", "zzzzqqqq"),
    ("formt=json", "formt"),
    ("format=", "format"),
    ("format=%20", "format"),
    ("format=json&format=json", "format"),
    ("format=yaml", "format"),
    ("format=JSON", "format"),
    ("x%00y=1", "xy"),
    ("format=js%00on", "format"),
    ("%00", ""),
    ("format=%FF", ""),
    ("%C0%AF=1", ""),
    ("format=%ED%A0%80", ""),
    ("x=%E2%82", ""),
    ("x=" + "y" * 8000, ""),
    ("&".join("a" for _ in range(1001)), ""),
]


@pytest.fixture(autouse=True)
def _published():
    factories.published("rus-srb")


def problem(answer):
    """Return the body of a 400, which has the members that every 400 has."""
    assert (answer.status_code, answer["Content-Type"]) == (400, PROBLEM)
    body = answer.json()
    assert (body["status"], body["type"]) == (400, "about:blank")
    assert body["title"]
    assert body["detail"]
    members = {"parameter", "code", "detail", "suggestions"}
    assert all(set(error) == members for error in body.get("errors", []))
    return body


def shortened(value):
    return f"{value[:40]}…{len(value)}" if isinstance(value, str) and len(value) > 40 else None


@pytest.mark.parametrize(("query", "parameter", "suggestion"), MALFORMED, ids=shortened)
def test_a_malformed_query_is_refused_by_name(client, query, parameter, suggestion):
    body = problem(client.get(f"/api/transfers?{query}"))
    (error,) = (each for each in body["errors"] if each["parameter"] == parameter)
    assert error["code"]
    assert error["detail"]
    assert suggestion is None or suggestion in error["suggestions"]
    assert {"system", "page_size"} <= set(body["allowed"])


@pytest.mark.parametrize("address", LISTS[1:])
def test_a_malformed_query_is_refused_in_every_format(client, address):
    answers = {query: client.get(f"{address}?{query}").status_code for query, _, _ in MALFORMED}
    assert {query for query, status in answers.items() if status != 400} == set()


@pytest.mark.parametrize(("query", "parameter"), MALFORMED_ANYWHERE, ids=shortened)
def test_what_no_address_takes_is_refused_by_all(client, query, parameter):
    for address in ADDRESSES:
        body = problem(client.get(f"{address}?{query}"))
        assert parameter in [error["parameter"] for error in body.get("errors", [])], address
        assert "format" in body["allowed"]


@pytest.mark.parametrize("address", ["/api/fields", "/api/transfers/rus-srb", "/api"])
@pytest.mark.parametrize("parameter", ["system", "page_size", "cursor", "ordering", "note__contains"])
def test_parameters_of_the_list_are_unknown_elsewhere(client, address, parameter):
    body = problem(client.get(f"{address}?{parameter}=1"))
    assert body["errors"][0]["parameter"] == parameter
    assert parameter not in body["allowed"]


@pytest.mark.parametrize(
    "query", ["sistem=S-400", "status=new", "page_size=0", "ordering=x", "cursor=x", "format=x"]
)
def test_whatever_the_fault_all_parameters_are_listed(client, query):
    allowed = problem(client.get("/api/transfers?zzzzqqqq=1"))["allowed"]
    assert {*RowFilterSet.base_filters, *paging.OPTIONS, "format"} <= set(allowed)
    assert problem(client.get(f"/api/transfers?{query}"))["allowed"] == allowed


def test_each_faulty_parameter_is_named(client):
    body = problem(client.get("/api/transfers?sistem=S-400&status=&certain=true&certain=true"))
    assert [error["parameter"] for error in body["errors"]] == ["sistem", "status", "certain"]
    assert [error["code"] for error in body["errors"]] == ["unknown", "empty", "repeated"]


def test_the_detail_asks_what_was_meant(client):
    assert "Did you mean 'system'?" in problem(client.get("/api/transfers?sistem=S-400"))["detail"]


def test_no_suggestion_is_far_off(client):
    assert problem(client.get("/api/transfers?zzzzqqqq=1"))["errors"][0]["suggestions"] == []


def test_raw_bytes_that_are_not_utf_8_are_refused(client):
    problem(client.get("/api/transfers", QUERY_STRING="note__contains=\xff"))


def test_raw_bytes_that_are_utf_8_are_read(client):
    raw = "supplier=Россия".encode().decode("latin-1")
    factories.party("RUS", aliases=("Россия",))
    assert client.get("/api/transfers", QUERY_STRING=raw).json()["count"] == 1


@pytest.mark.parametrize("query", ["", "?", "?&&", "?system=%20S-400%20", "?note__contains=%C2%A7"])
def test_what_is_well_formed_is_answered(client, query):
    assert client.get(f"/api/transfers{query}").status_code == 200


def test_the_longest_query_is_answered(client):
    query = "note__contains=" + "x" * 7985
    assert client.get(f"/api/transfers?{query}").status_code == 200


@pytest.mark.parametrize("query", ["system=S-400", "key=a", "key__contains=a", "unit__not=item"])
def test_very_many_values_are_answered_or_refused(client, query):
    more = f",{query.split('=')[1]}" * 1200
    assert client.get(f"/api/transfers?{query}{more}").status_code in (200, 400)


@pytest.mark.parametrize("value", ["0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00", "9999-12-31"])
def test_the_ends_of_time_are_answered_or_refused(client, value):
    assert client.get(f"/api/transfers?updated__gte={value}").status_code in (200, 400)


@pytest.mark.parametrize("name", ["key", "note", "location", "occasion"])
def test_any_text_can_be_searched(client, name):
    for value in ("'", '"', "%25", "\\", "--", "${x}", "<b>", "🚀", "a%0D%0Ab", "%EF%BF%BE", "a" * 700):
        answer = client.get(f"/api/transfers?{name}__contains={value}")
        assert (answer.status_code, answer.json().get("count")) == (200, 0), value


@pytest.mark.parametrize("suffix", ["xml", "html", "csvx", "json5", "CSV"])
@pytest.mark.parametrize("resource", ["transfers", "transfers/rus-srb", "fields"])
def test_an_unknown_suffix_is_an_error_in_json(client, resource, suffix):
    answer = client.get(f"/api/{resource}.{suffix}")
    assert (answer.status_code in (400, 404), answer["Content-Type"]) == (True, PROBLEM)


@pytest.mark.parametrize("address", ["/api/transfers.csv?format=json", "/api/fields.json?format=csv"])
def test_suffix_and_parameter_that_disagree_are_refused(client, address):
    assert problem(client.get(address))["errors"][0]["parameter"] == "format"


@pytest.mark.parametrize("method", ["get", "head"])
def test_head_is_as_strict_as_get(client, method):
    assert getattr(client, method)("/api/transfers?sistem=S-400").status_code == 400


@pytest.mark.parametrize("end", [1, 5, 20])
def test_a_truncated_cursor_is_refused(client, end):
    factories.published("z-z")
    address = client.get("/api/transfers?page_size=1").json()["next"]
    assert problem(client.get(address[:-end]))["errors"][0]["parameter"] == "cursor"


@pytest.mark.parametrize("address", ["/api", "/api/transfers", "/api/transfers/rus-srb", "/api/fields"])
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_the_register_is_read_only(client, address, method):
    answer = getattr(client, method)(address)
    assert (answer.status_code, answer["Content-Type"]) == (405, PROBLEM)
    assert {"GET", "HEAD"} <= set(answer["Allow"].split(", ")) <= {"GET", "HEAD", "OPTIONS"}


@pytest.mark.parametrize("accept", ["image/png", "text/html", "application/json;q=0", "nonsense"])
def test_an_accept_header_that_allows_nothing_is_406(client, accept):
    answer = client.get("/api/transfers", headers={"accept": accept})
    assert (answer.status_code, answer["Content-Type"]) == (406, PROBLEM)
    assert "text/csv" in answer.json()["detail"]


@pytest.mark.parametrize(
    "address", ["nothing", "transfers/a/b", "fields/key", "/", "transfer", "transfers//"]
)
def test_where_there_is_nothing_is_404(client, address):
    answer = client.get(f"/api/{address}")
    assert (answer.status_code, answer["Content-Type"]) == (404, PROBLEM)
    assert answer.json()["status"] == 404


@pytest.mark.parametrize("key", ["%00", "a%00b", "%FF", "a" * 3000, "%D0%A1-400", "%27;--", "RUS-SRB"])
def test_a_key_that_can_be_none_is_404(client, key):
    answer = client.get(f"/api/transfers/{key}")
    assert (answer.status_code, answer["Content-Type"]) == (404, PROBLEM)


@pytest.mark.parametrize(
    "address", ["/api", "/api/transfers", "/api/transfers.csv", "/api/transfers/rus-srb"]
)
def test_head_is_get_without_the_body(client, address):
    got, headed = client.get(address), client.head(address)
    assert (headed.status_code, b"".join(headed)) == (200, b"")
    assert (headed["Content-Type"], headed["Link"]) == (got["Content-Type"], got["Link"])


@pytest.mark.parametrize("address", ["/api", "/api/transfers", "/api/transfers/rus-srb", "/api/fields"])
def test_options_says_what_is_allowed(client, address):
    answer = client.options(address)
    assert answer.status_code in (200, 204)
    assert {"GET", "HEAD"} <= set(answer["Allow"].split(", "))
