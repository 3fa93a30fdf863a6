CREATE TABLE goods (
  id TEXT PRIMARY KEY,
  title TEXT NOT NULL,
  -- In cents of a euro.
  price BIGINT NOT NULL CHECK (price > 0)
);

INSERT INTO goods (id, title, price) VALUES
  ('cup', 'A cup', 900),
  ('kettle', 'A kettle', 3900),
  ('pot', 'A pot', 2400),
  ('tea', 'Tea, 100 g', 750);
