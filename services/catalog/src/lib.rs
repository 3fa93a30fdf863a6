//! Reference service: lists goods.
//!
//! `GET /goods` lists them all, `GET /goods/{id}` shows one.

use chassis::{App, Call, Method, Reply, StatusCode};
use serde::Serialize;
use serde_json::json;

pub use chassis::{Settings, Stopped};

/// Serves until SIGTERM.
pub async fn serve(settings: Settings) -> Result<(), Stopped> {
    chassis::serve(Catalog, settings).await
}

/// Lists goods.
#[derive(Debug, Clone, Copy)]
pub struct Catalog;

/// Something to buy.
#[derive(Debug, Serialize)]
struct Good {
    id: &'static str,
    title: &'static str,
    /// In cents of a euro.
    price: u32,
}

const GOODS: [Good; 4] = [
    Good { id: "cup", title: "A cup", price: 900 },
    Good { id: "kettle", title: "A kettle", price: 3_900 },
    Good { id: "pot", title: "A pot", price: 2_400 },
    Good { id: "tea", title: "Tea, 100 g", price: 750 },
];

impl App for Catalog {
    const NAME: &'static str = "catalog";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");

    fn answer(&self, call: &Call<'_>) -> Reply {
        match (call.method, call.path) {
            (&Method::GET, ["goods"]) => Reply::json(StatusCode::OK, &json!({ "goods": GOODS })),
            (&Method::GET, ["goods", id]) => match GOODS.iter().find(|good| good.id == *id) {
                Some(good) => Reply::json(StatusCode::OK, good),
                None => Reply::error(StatusCode::NOT_FOUND, format!("there is no good `{id}`")),
            },
            (_, ["goods"] | ["goods", _]) => Reply::wrong_method("GET"),
            _ => Reply::not_found(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn ask(method: &Method, path: &[&str]) -> (u16, Value) {
        let reply = Catalog.answer(&Call { method, path, body: &[] });
        (reply.status.as_u16(), serde_json::from_slice(reply.body()).unwrap())
    }

    #[test]
    fn every_listed_good_is_shown() {
        let (status, list) = ask(&Method::GET, &["goods"]);
        assert_eq!(status, 200);
        let goods = list["goods"].as_array().unwrap();
        assert!(!goods.is_empty());

        for good in goods {
            let id = good["id"].as_str().unwrap();
            assert_eq!(ask(&Method::GET, &["goods", id]), (200, good.clone()));
        }
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        let missing = json!({ "error": "there is no good `gold`" });
        assert_eq!(ask(&Method::GET, &["goods", "gold"]), (404, missing));
        assert_eq!(ask(&Method::GET, &["orders"]).0, 404);
        assert_eq!(ask(&Method::DELETE, &["goods", "tea"]).0, 405);
    }
}
