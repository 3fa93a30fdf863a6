//! Reference service: takes orders.
//!
//! `POST /orders` with `{"good": "tea", "quantity": 2}` places one, `GET /orders/{id}` shows it.

mod orders;

use chassis::{App, Call, Method, Reply, StatusCode};
use parking_lot::Mutex;

use orders::{Orders, Wish};

pub use chassis::{Settings, Stopped};

/// Serves until SIGTERM.
pub async fn serve(settings: Settings) -> Result<(), Stopped> {
    chassis::serve(Checkout::default(), settings).await
}

/// Takes orders, and keeps the newest in memory.
#[derive(Debug, Default)]
pub struct Checkout {
    orders: Mutex<Orders>,
}

impl App for Checkout {
    const NAME: &'static str = "checkout";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");

    fn answer(&self, call: &Call<'_>) -> Reply {
        match (call.method, call.path) {
            (&Method::POST, ["orders"]) => self.place(call.body),
            (&Method::GET, ["orders", id]) => self.show(id),
            (_, ["orders"]) => Reply::wrong_method("POST"),
            (_, ["orders", _]) => Reply::wrong_method("GET"),
            _ => Reply::not_found(),
        }
    }
}

impl Checkout {
    fn place(&self, body: &[u8]) -> Reply {
        let wish = match Wish::read(body) {
            Ok(wish) => wish,
            Err(mistake) => return Reply::error(StatusCode::BAD_REQUEST, mistake),
        };

        let order = self.orders.lock().place(wish);
        Reply::json(StatusCode::CREATED, &order).located(format!("/orders/{}", order.id))
    }

    fn show(&self, id: &str) -> Reply {
        match self.orders.lock().find(id) {
            Some(order) => Reply::json(StatusCode::OK, order),
            None => Reply::error(StatusCode::NOT_FOUND, format!("there is no order `{id}`")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn ask(checkout: &Checkout, method: &Method, path: &[&str], body: &str) -> (u16, Value) {
        let reply = checkout.answer(&Call { method, path, body: body.as_bytes() });
        (reply.status.as_u16(), serde_json::from_slice(reply.body()).unwrap())
    }

    #[test]
    fn an_order_that_was_placed_is_shown() {
        let checkout = Checkout::default();
        let wish = r#"{ "good": "tea", "quantity": 2 }"#;

        let (status, order) = ask(&checkout, &Method::POST, &["orders"], wish);

        assert_eq!(status, 201);
        assert_eq!((&order["good"], &order["quantity"]), (&json!("tea"), &json!(2)));
        let id = order["id"].as_str().unwrap();
        assert_eq!(ask(&checkout, &Method::GET, &["orders", id], ""), (200, order.clone()));
    }

    #[test]
    fn a_bad_wish_is_answered_with_what_would_be_right() {
        let checkout = Checkout::default();
        for (wish, expected) in [
            ("", "EOF while parsing a value"),
            (r#"{ "good": "tea" }"#, "missing field `quantity`"),
            (r#"{ "good": "tea", "quantity": 1, "to": "me" }"#, "unknown field `to`"),
            (r#"{ "good": "tea", "quantity": 0 }"#, "quantity: 0 is not from 1 to 100"),
            (r#"{ "good": "", "quantity": 1 }"#, "good: has no name"),
        ] {
            let (status, answer) = ask(&checkout, &Method::POST, &["orders"], wish);
            assert_eq!(status, 400);
            assert!(answer["error"].as_str().unwrap().contains(expected), "{wish}: {answer}");
        }
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        let checkout = Checkout::default();
        let status = |method, path: &[&str]| ask(&checkout, method, path, "").0;

        assert_eq!(status(&Method::GET, &["orders", "7"]), 404);
        assert_eq!(status(&Method::GET, &["goods"]), 404);
        assert_eq!(status(&Method::GET, &["orders"]), 405);
        assert_eq!(status(&Method::POST, &["orders", "7"]), 405);
    }
}
