-- An id is made by the task that takes the order, so that it needs to ask nobody.
CREATE TABLE orders (
  id TEXT PRIMARY KEY,
  good TEXT NOT NULL,
  quantity BIGINT NOT NULL CHECK (quantity BETWEEN 1 AND 100),
  placed_at TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP
);
