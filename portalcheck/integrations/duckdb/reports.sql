-- portalcheck @VERSION@: questions to reports collected as JSON lines, one a run. In their folder:
--   duckdb < reports.sql
-- The columns are named, since guessing them takes minutes over many small files; put those into one first.
CREATE OR REPLACE VIEW reports AS
SELECT DISTINCT ON (run_id) *
FROM read_json('*.jsonl', format = 'newline_delimited', ignore_errors = true, columns = {
  schema_version: 'INTEGER', run_id: 'VARCHAR', started: 'VARCHAR', duration_ms: 'INTEGER', complete: 'BOOLEAN',
  outcome: 'VARCHAR', cause: 'VARCHAR', also: 'VARCHAR[]', code: 'VARCHAR',
  tool: 'STRUCT(name VARCHAR, version VARCHAR)', platform: 'STRUCT(os VARCHAR, release VARCHAR)',
  portal: 'STRUCT(profile VARCHAR, name VARCHAR, host VARCHAR)',
  checks: 'STRUCT("check" VARCHAR, status VARCHAR, duration_ms INTEGER)[]'})
WHERE schema_version = 1;

-- What stops sign-in, and where.
SELECT cause, platform.os AS os, count(*) AS runs
FROM reports WHERE outcome = 'fail' GROUP BY ALL ORDER BY runs DESC, cause, os;

-- Day by day: how many runs, and the share of those that found something.
SELECT started[1:10] AS day, count(*) AS runs, round(avg((outcome = 'fail')::INTEGER), 3) AS failing
FROM reports GROUP BY ALL ORDER BY day;

-- Checks that could not be finished, and how long they take.
SELECT c."check", count(*) FILTER (c.status = 'unknown') AS unknown, median(c.duration_ms) AS median_ms
FROM (SELECT unnest(checks) AS c FROM reports) GROUP BY ALL ORDER BY unknown DESC, c."check";
