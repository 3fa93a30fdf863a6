//! The orders that were placed.

use std::sync::Arc;

use chassis::{Data, Trouble};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

const PLACE: &str = "INSERT INTO orders (id, good, quantity) VALUES ($1, $2, $3)";
const FIND: &str = "SELECT id, good, quantity FROM orders WHERE id = $1";

/// Steady load must not fill the memory, where that is all there is. SQLite numbers its rows.
const FORGET: &str = "DELETE FROM orders WHERE rowid <= (SELECT max(rowid) FROM orders) - 10000";

/// What a customer asks for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wish {
    good: String,
    quantity: u32,
}

impl Wish {
    /// Reads a request's body; what is wrong with it otherwise.
    pub(crate) fn read(body: &[u8]) -> Result<Self, String> {
        let wish: Self = serde_json::from_slice(body)
            .map_err(|error| format!(r#"{error}; send {{"good": "tea", "quantity": 2}}"#))?;

        // PostgreSQL keeps no text with a NUL in it.
        if wish.good.trim().is_empty() || wish.good.contains('\0') {
            return Err("good: has no name; name a good of the catalog".to_owned());
        }
        if !(1..=100).contains(&wish.quantity) {
            return Err(format!("quantity: {} is not from 1 to 100", wish.quantity));
        }
        Ok(wish)
    }
}

/// An order that was placed. It never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Order {
    pub(crate) id: String,
    good: String,
    quantity: u32,
}

/// The orders that were placed.
#[derive(Debug)]
pub(crate) struct Orders {
    data: Arc<Data>,
}

impl Orders {
    pub(crate) fn new(data: Arc<Data>) -> Self {
        Self { data }
    }

    /// Places an order.
    pub(crate) async fn place(&self, wish: Wish) -> Result<Order, Trouble> {
        let Wish { good, quantity } = wish;
        let order = Order { id: Uuid::new_v4().to_string(), good, quantity };

        let values = [order.id.as_str().into(), order.good.as_str().into(), order.quantity.into()];
        self.data.database.write(PLACE, &values).await?;
        if !self.data.database.lasts() {
            self.data.database.write(FORGET, &[]).await?;
        }
        Ok(order)
    }

    /// Finds an order by its id. What the replica does not have may be on its way there, so the primary
    /// is asked for it: whoever placed an order finds it at once.
    pub(crate) async fn find(&self, id: &str) -> Result<Option<Order>, Trouble> {
        // No other id was ever given, and none of those needs to be looked for.
        if Uuid::try_parse(id).is_err() {
            return Ok(None);
        }
        let database = &self.data.database;
        let mut found = database.read(FIND, &[id.into()]).await?;
        if found.is_empty() && database.has_replica() {
            found = database.read_newest(FIND, &[id.into()]).await?;
        }
        Ok(found.pop())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Checkout;
    use chassis::App as _;
    use chassis::Places;

    fn orders() -> Orders {
        Orders::new(Arc::new(
            Data::open(Checkout::NAME, Checkout::MIGRATIONS, &Places::default()).unwrap(),
        ))
    }

    fn wish() -> Wish {
        Wish { good: "tea".to_owned(), quantity: 1 }
    }

    #[tokio::test]
    async fn only_the_newest_orders_are_kept_in_memory() {
        let orders = orders();
        let first = orders.place(wish()).await.unwrap();
        let second = orders.place(wish()).await.unwrap();
        for _ in 0..10_000 - 1 {
            orders.place(wish()).await.unwrap();
        }

        assert_eq!(orders.find(&first.id).await, Ok(None));
        assert_eq!(orders.find(&second.id).await, Ok(Some(second)));
    }

    #[tokio::test]
    async fn an_order_of_another_task_is_not_found() {
        let (here, there) = (orders(), orders());
        let order = there.place(wish()).await.unwrap();

        for id in [order.id.as_str(), "1", "", "--"] {
            assert_eq!(here.find(id).await, Ok(None), "{id}");
        }
    }
}
