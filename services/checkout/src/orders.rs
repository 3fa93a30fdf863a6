//! The orders that were placed, in memory.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How many orders are kept. Steady load must not fill the memory.
const KEPT: usize = 10_000;

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

        if wish.good.trim().is_empty() {
            return Err("good: has no name; name a good of the catalog".to_owned());
        }
        if !(1..=100).contains(&wish.quantity) {
            return Err(format!("quantity: {} is not from 1 to 100", wish.quantity));
        }
        Ok(wish)
    }
}

/// An order that was placed.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Order {
    pub(crate) id: String,
    good: String,
    quantity: u32,
}

/// The newest orders, by their number.
#[derive(Debug, Default)]
pub(crate) struct Orders {
    placed: u64,
    newest: BTreeMap<u64, Order>,
}

impl Orders {
    /// Places an order.
    pub(crate) fn place(&mut self, wish: Wish) -> Order {
        self.placed += 1;
        let order = Order { id: id(self.placed), good: wish.good, quantity: wish.quantity };

        self.newest.insert(self.placed, order.clone());
        if self.newest.len() > KEPT {
            self.newest.pop_first();
        }
        order
    }

    /// Finds an order by its id.
    pub(crate) fn find(&self, sought: &str) -> Option<&Order> {
        let (_, number) = sought.rsplit_once('-')?;
        self.newest.get(&number.parse().ok()?).filter(|order| order.id == sought)
    }
}

/// An order's id. The process is part of it, since tasks do not share their orders: asking another
/// task must find nothing rather than somebody else's order.
fn id(number: u64) -> String {
    format!("{}-{number}", std::process::id())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish() -> Wish {
        Wish { good: "tea".to_owned(), quantity: 1 }
    }

    #[test]
    fn only_the_newest_orders_are_kept() {
        let mut orders = Orders::default();
        let first = orders.place(wish());
        let second = orders.place(wish());
        for _ in 0..KEPT - 1 {
            orders.place(wish());
        }

        assert!(orders.find(&first.id).is_none());
        assert!(orders.find(&second.id).is_some());
        assert_eq!(orders.newest.len(), KEPT);
    }

    #[test]
    fn an_order_of_another_task_is_not_found() {
        let mut orders = Orders::default();
        orders.place(wish());

        for id in ["another-1", "1", "-1", "", "--"] {
            assert!(orders.find(id).is_none(), "{id}");
        }
    }
}
