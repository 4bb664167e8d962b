// Ask through the types that openapi-typescript generated, and print the answers as JSON.
import createClient from "openapi-fetch";
import type { paths } from "./schema.js";

const client = createClient<paths, "application/json" | "application/problem+json">({ baseUrl: process.argv[2] });

const rows = await client.GET("/api/transfers", {
  params: { query: { system: ["S-400"], fields: ["key", "supplier"], ordering: ["supplier", "key"] } },
});
const sums = await client.GET("/api/transfers/summary", {
  params: { query: { group_by: ["supplier", "unit"] } },
});
const detail = await client.GET("/api/transfers/{key}", { params: { path: { key: "rus-tur-s-400-2019" } } });
const refused = await client.GET("/api/transfers", { params: { query: { system: ["S-4000"] } } });

console.log(JSON.stringify({
  keys: rows.data!.results.map((row) => row.key),
  groups: sums.data!.results.length,
  supplier: detail.data!.supplier,
  refused: refused.error!.errors![0].parameter,
}));
