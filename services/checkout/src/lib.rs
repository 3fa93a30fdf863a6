//! Reference service: takes orders.
//!
//! `POST /orders` with `{"good": "tea", "quantity": 2}` places one, `GET /orders/{id}` shows it.

mod orders;

use std::sync::Arc;

use chassis::{App, Call, Data, Method, Migration, Reply, StatusCode, Trouble};

use orders::{Orders, Wish};

/// Takes orders.
#[derive(Debug)]
pub struct Checkout {
    orders: Orders,
}

impl App for Checkout {
    const NAME: &'static str = "checkout";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const MIGRATIONS: &'static [Migration] =
        &[Migration { name: "0001_orders", sql: include_str!("../migrations/0001_orders.sql") }];
    const WRITES: bool = true;

    fn new(data: Arc<Data>) -> Self {
        Self { orders: Orders::new(data) }
    }

    async fn answer(&self, call: &Call<'_>) -> Result<Reply, Trouble> {
        Ok(match (call.method, call.path) {
            (&Method::POST, ["orders"]) => self.place(call.body).await?,
            (&Method::GET, ["orders", id]) => self.show(id).await?,
            (_, ["orders"]) => Reply::wrong_method("POST"),
            (_, ["orders", _]) => Reply::wrong_method("GET"),
            _ => Reply::not_found(),
        })
    }
}

impl Checkout {
    async fn place(&self, body: &[u8]) -> Result<Reply, Trouble> {
        let wish = match Wish::read(body) {
            Ok(wish) => wish,
            Err(mistake) => return Ok(Reply::error(StatusCode::BAD_REQUEST, mistake)),
        };

        let order = self.orders.place(wish).await?;
        Ok(Reply::json(StatusCode::CREATED, &order).located(format!("/orders/{}", order.id)))
    }

    async fn show(&self, id: &str) -> Result<Reply, Trouble> {
        Ok(match self.orders.find(id).await? {
            Some(order) => Reply::json(StatusCode::OK, &order),
            None => Reply::error(StatusCode::NOT_FOUND, format!("there is no order `{id}`")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chassis::Places;
    use serde_json::{Value, json};

    fn checkout() -> Checkout {
        Checkout::new(Arc::new(
            Data::open(Checkout::NAME, Checkout::MIGRATIONS, &Places::default()).unwrap(),
        ))
    }

    async fn ask(checkout: &Checkout, method: &Method, path: &[&str], body: &str) -> (u16, Value) {
        let reply = checkout.answer(&Call { method, path, body: body.as_bytes() }).await.unwrap();
        (reply.status.as_u16(), serde_json::from_slice(reply.body()).unwrap())
    }

    #[tokio::test]
    async fn an_order_that_was_placed_is_shown() {
        let checkout = checkout();
        let wish = r#"{ "good": "tea", "quantity": 2 }"#;

        let (status, order) = ask(&checkout, &Method::POST, &["orders"], wish).await;

        assert_eq!(status, 201);
        assert_eq!((&order["good"], &order["quantity"]), (&json!("tea"), &json!(2)));
        let id = order["id"].as_str().unwrap();
        assert_eq!(ask(&checkout, &Method::GET, &["orders", id], "").await, (200, order.clone()));
    }

    #[tokio::test]
    async fn a_bad_wish_is_answered_with_what_would_be_right() {
        let checkout = checkout();
        for (wish, expected) in [
            ("", "EOF while parsing a value"),
            (r#"{ "good": "tea" }"#, "missing field `quantity`"),
            (r#"{ "good": "tea", "quantity": 1, "to": "me" }"#, "unknown field `to`"),
            (r#"{ "good": "tea", "quantity": 0 }"#, "quantity: 0 is not from 1 to 100"),
            (r#"{ "good": "", "quantity": 1 }"#, "good: has no name"),
            ("{ \"good\": \"a\\u0000b\", \"quantity\": 1 }", "good: has no name"),
        ] {
            let (status, answer) = ask(&checkout, &Method::POST, &["orders"], wish).await;
            assert_eq!(status, 400);
            assert!(answer["error"].as_str().unwrap().contains(expected), "{wish}: {answer}");
        }
    }

    #[tokio::test]
    async fn what_is_not_there_is_not_found() {
        let checkout = checkout();
        for (method, path, status) in [
            (Method::GET, &["orders", "7"][..], 404),
            (Method::GET, &["goods"], 404),
            (Method::GET, &["orders"], 405),
            (Method::POST, &["orders", "7"], 405),
        ] {
            assert_eq!(ask(&checkout, &method, path, "").await.0, status, "{method} {path:?}");
        }
    }
}
