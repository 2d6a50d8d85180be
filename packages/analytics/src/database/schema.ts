// The tables of the figures. Amounts are minor units of their currency.

/** A file of another version is not read: its figures have to be made anew from the topics. */
export const schemaVersion = 1;

export const tables = `
  CREATE TABLE IF NOT EXISTS about (version INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS facts (
    ce_id VARCHAR PRIMARY KEY, type VARCHAR NOT NULL, order_id VARCHAR NOT NULL, happened TIMESTAMP NOT NULL,
    country VARCHAR, currency VARCHAR, minor BIGINT, reason VARCHAR, was_completed BOOLEAN);
  CREATE TABLE IF NOT EXISTS lines (
    ce_id VARCHAR NOT NULL, line INTEGER NOT NULL, sku VARCHAR NOT NULL, quantity INTEGER NOT NULL,
    currency VARCHAR NOT NULL, minor BIGINT NOT NULL, PRIMARY KEY (ce_id, line));
  CREATE TABLE IF NOT EXISTS offsets (partition VARCHAR PRIMARY KEY, next BIGINT NOT NULL);
  CREATE TABLE IF NOT EXISTS unreadable (partition VARCHAR NOT NULL, "offset" BIGINT NOT NULL, reason VARCHAR NOT NULL,
    PRIMARY KEY (partition, "offset"));
`;

/** Rows are appended here fast, then merged into the tables, which skip known keys. An appender can't skip them. */
export const staging = `
  CREATE OR REPLACE TEMP TABLE staged_facts AS FROM facts LIMIT 0;
  CREATE OR REPLACE TEMP TABLE staged_lines AS FROM lines LIMIT 0;
`;

export const merge = `
  INSERT INTO facts SELECT DISTINCT ON (ce_id) * FROM staged_facts ON CONFLICT DO NOTHING;
  INSERT INTO lines SELECT DISTINCT ON (ce_id, line) * FROM staged_lines ON CONFLICT DO NOTHING;
`;
