//! Reference service: lists goods.
//!
//! `GET /goods` lists them all, `GET /goods/{id}` shows one. They are in a database, and for a while in a
//! cache.

use std::sync::Arc;
use std::time::Duration;

use chassis::{App, Call, Data, Method, Migration, Reply, StatusCode, Trouble, Value};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// How old what is shown may be.
const FRESH: Duration = Duration::from_secs(30);

const ALL: &str = "SELECT id, title, price FROM goods ORDER BY id";
const ONE: &str = "SELECT id, title, price FROM goods WHERE id = $1";

/// Lists goods.
#[derive(Debug)]
pub struct Catalog {
    data: Arc<Data>,
}

/// Something to buy.
#[derive(Debug, Serialize, Deserialize)]
struct Good {
    id: String,
    title: String,
    /// In cents of a euro.
    price: u32,
}

impl App for Catalog {
    const NAME: &'static str = "catalog";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const MIGRATIONS: &'static [Migration] =
        &[Migration { name: "0001_goods", sql: include_str!("../migrations/0001_goods.sql") }];
    const WRITES: bool = false;

    fn new(data: Arc<Data>) -> Self {
        Self { data }
    }

    async fn answer(&self, call: &Call<'_>) -> Result<Reply, Trouble> {
        Ok(match (call.method, call.path) {
            (&Method::GET, ["goods"]) => self.list().await?,
            (&Method::GET, ["goods", id]) => self.show(id).await?,
            (_, ["goods"] | ["goods", _]) => Reply::wrong_method("GET"),
            _ => Reply::not_found(),
        })
    }
}

impl Catalog {
    async fn list(&self) -> Result<Reply, Trouble> {
        let goods = self.goods("goods", ALL, &[]).await?;
        Ok(Reply::json(StatusCode::OK, &json!({ "goods": goods })))
    }

    async fn show(&self, id: &str) -> Result<Reply, Trouble> {
        let found = self.goods(&format!("goods/{id}"), ONE, &[id.into()]).await?;
        Ok(match found.first() {
            Some(good) => Reply::json(StatusCode::OK, good),
            None => Reply::error(StatusCode::NOT_FOUND, format!("there is no good `{id}`")),
        })
    }

    /// What a statement finds, from the cache if it is there.
    async fn goods(
        &self,
        key: &str,
        sql: &'static str,
        values: &[Value],
    ) -> Result<Vec<Good>, Trouble> {
        if let Some(goods) = self.data.cache.get(key).await {
            return Ok(goods);
        }
        let goods = self.data.database.read(sql, values).await?;
        // What is not there is not kept: whoever makes up names would fill the cache.
        if !goods.is_empty() {
            self.data.cache.put(key, &goods, FRESH).await;
        }
        Ok(goods)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chassis::Places;
    use serde_json::Value as Json;

    async fn ask(method: &Method, path: &[&str]) -> (u16, Json) {
        let data = Data::open(Catalog::NAME, Catalog::MIGRATIONS, &Places::default()).unwrap();
        let catalog = Catalog::new(Arc::new(data));
        let reply = catalog.answer(&Call { method, path, body: &[] }).await.unwrap();
        (reply.status.as_u16(), serde_json::from_slice(reply.body()).unwrap())
    }

    #[tokio::test]
    async fn every_listed_good_is_shown() {
        let (status, list) = ask(&Method::GET, &["goods"]).await;
        assert_eq!(status, 200);
        let goods = list["goods"].as_array().unwrap();
        assert_eq!(goods.len(), 4);

        for good in goods {
            let id = good["id"].as_str().unwrap();
            assert_eq!(ask(&Method::GET, &["goods", id]).await, (200, good.clone()));
        }
    }

    #[tokio::test]
    async fn what_is_not_there_is_not_found() {
        let missing = json!({ "error": "there is no good `gold`" });
        assert_eq!(ask(&Method::GET, &["goods", "gold"]).await, (404, missing));
        assert_eq!(ask(&Method::GET, &["orders"]).await.0, 404);
        assert_eq!(ask(&Method::DELETE, &["goods", "tea"]).await.0, 405);
    }
}
