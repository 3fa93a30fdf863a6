//! What the account asks of a simulated plant.

use jiff::Timestamp;
use std::time::Duration;

use super::behaviour::Conduct;
use super::tasks::Tasks;
use super::{Service, Simulated, Smoke, World};
use crate::plant::{Answer, Ask, OneOff, Orders, Plant, Standing, Target, Task};
use crate::traffic::Traffic;

impl<Clock> Plant for Simulated<Clock>
where
    Clock: Fn() -> Timestamp + Send + Sync + 'static,
{
    fn tend(&self, service: &str, orders: Orders) {
        let now = (self.clock)();
        let mut world = self.world.lock();
        world.service(service);
        let World { conduct, services, .. } = &mut *world;
        let service = services.get_mut(service).expect("it was just asked for");
        if service.orders != orders {
            service.obey(conduct, orders, now);
        }
    }

    fn standing(&self, service: &str) -> Vec<Standing> {
        let now = (self.clock)();
        let mut world = self.world.lock();
        let World { conduct, services, .. } = &mut *world;
        let Some(service) = services.get_mut(service) else {
            return Vec::new();
        };
        service.told = Some((service.changes, now));
        service.tasks.iter().map(|tasks| tasks.standing(conduct, now)).collect()
    }

    async fn changed(&self, service: &str) {
        loop {
            let changed = self.world.lock().service(service).changed.clone();
            // Listening begins before looking, so that no change falls between.
            let notified = changed.notified();
            tokio::pin!(notified);
            notified.as_mut().enable();

            let wait = {
                let now = (self.clock)();
                let world = self.world.lock();
                match world.next_change(service) {
                    Some(next) if next <= now => return,
                    Some(next) => Duration::try_from(next.duration_since(now)).ok(),
                    None => None,
                }
            };
            match wait {
                // A clock that lags behind tokio's must not make this spin.
                Some(wait) => tokio::select! {
                    biased;
                    () = notified => {}
                    () = tokio::time::sleep(wait.max(Duration::from_millis(1))) => {}
                },
                None => notified.await,
            }
        }
    }

    fn targets(&self, service: &str, revision: &str) -> Vec<Target> {
        let now = (self.clock)();
        let world = self.world.lock();
        let Some(service) = world.services.get(service) else {
            return Vec::new();
        };
        let found = service.tasks.iter().enumerate().find(|(_, it)| it.revision == revision);
        let Some((place, tasks)) = found else {
            return Vec::new();
        };
        let standing = tasks.standing(&world.conduct, now);
        let target = |number: u32| {
            let (state, reason) = if number < standing.healthy {
                ("healthy", None)
            } else if number < standing.running {
                ("unhealthy", Some("Health checks failed".to_owned()))
            } else {
                ("initial", Some("Initial health checks in progress".to_owned()))
            };
            // Addresses of the range for documentation (RFC 5737): nothing answers there.
            Target { address: format!("192.0.2.{place}:{}", 4000 + number), state, reason }
        };
        (0..standing.running + standing.pending).map(target).collect()
    }

    fn tasks(&self, service: &str, revision: &str) -> Vec<Task> {
        let now = (self.clock)();
        let world = self.world.lock();
        let Some(service) = world.services.get(service) else {
            return Vec::new();
        };
        let standing = service.tasks.iter().filter(|tasks| tasks.revision == revision);
        let standing = standing.flat_map(|tasks| tasks.tasks(&world.conduct, now));
        service.ended.of(revision).chain(standing).collect()
    }

    fn begin(&self, _: &str, task: OneOff) {
        self.world.lock().one_offs.begin(task, (self.clock)());
    }

    fn one_off(&self, _: &str, task: &str) -> Option<Task> {
        let world = self.world.lock();
        world.one_offs.task(task, &world.conduct, (self.clock)())
    }

    fn end(&self, _: &str, task: &str, why: &str) {
        self.world.lock().one_offs.end(task, why, (self.clock)());
    }

    fn output(&self, service: &str, task: &str) -> Option<Vec<String>> {
        let now = (self.clock)();
        let world = self.world.lock();
        if let Some(printed) = world.one_offs.output(task, &world.conduct) {
            return Some(printed);
        }
        let service = world.services.get(service)?;
        let stands =
            |tasks: &&Tasks| tasks.tasks(&world.conduct, now).iter().any(|it| it.id == task);
        let standing = service.tasks.iter().find(stands).map(|tasks| tasks.image.as_str());
        let image = standing.or_else(|| service.ended.image(task))?;
        Some(world.conduct.of(image).prints.clone())
    }

    async fn ask(&self, service: &str, ask: &Ask) -> Result<Answer, String> {
        let Some(smoke) = self.answering(service) else {
            return Ok(Answer { status: 503, body: "no healthy target".to_owned(), millis: 0 });
        };
        let timeout = Duration::from_millis(ask.timeout_ms);
        if smoke.latency > timeout {
            tokio::time::sleep(timeout).await;
            return Err(format!("no answer within {} ms", ask.timeout_ms));
        }

        tokio::time::sleep(smoke.latency).await;
        let millis = u64::try_from(smoke.latency.as_millis()).unwrap_or(u64::MAX);
        Ok(Answer { status: smoke.status, body: smoke.body, millis })
    }

    fn traffic(
        &self,
        service: &str,
        revision: Option<&str>,
        from: Timestamp,
        to: Timestamp,
    ) -> Option<Traffic> {
        // What is not over was not measured.
        let to = to.min((self.clock)());
        let world = self.world.lock();
        let load = &world.services.get(service)?.load;
        let traffic = load.traffic(&world.conduct, revision, from, to);
        (traffic.requests > 0).then_some(traffic)
    }
}

impl<Clock: Fn() -> Timestamp> Simulated<Clock> {
    /// What the revision on the test listener answers; `None` when nobody healthy is there.
    fn answering(&self, service: &str) -> Option<Smoke> {
        let now = (self.clock)();
        let world = self.world.lock();
        let service = world.services.get(service)?;
        let (revision, _) = service.orders.test.iter().max_by_key(|(_, share)| *share)?;
        let tasks = service.tasks.iter().find(|it| it.revision == *revision)?;
        let healthy = tasks.standing(&world.conduct, now).healthy;
        (healthy > 0).then(|| world.conduct.of(&tasks.image).smoke.clone())
    }
}

impl World {
    fn service(&mut self, name: &str) -> &mut Service {
        if !self.services.contains_key(name) {
            self.services.insert(name.to_owned(), Service::default());
        }
        self.services.get_mut(name).expect("it was inserted when it was missing")
    }

    /// When the service stands differently than it was last told; the beginning of time when it
    /// already does.
    fn next_change(&self, service: &str) -> Option<Timestamp> {
        let service = self.services.get(service)?;
        let Some((changes, at)) = service.told else {
            return (service.changes > 0).then_some(Timestamp::MIN);
        };
        if changes != service.changes {
            return Some(Timestamp::MIN);
        }
        service.tasks.iter().filter_map(|tasks| tasks.next_change(&self.conduct, at)).min()
    }
}

impl Service {
    /// Starts and ends tasks, and shifts traffic.
    fn obey(&mut self, conduct: &Conduct, orders: Orders, now: Timestamp) {
        for tasks in &self.tasks {
            let order = orders.revisions.iter().find(|order| order.revision == tasks.revision);
            let wanted = order.map_or(0, |order| order.tasks);
            self.ended.keep(tasks, wanted, conduct, now);
        }
        for order in &orders.revisions {
            let known = self.tasks.iter_mut().find(|it| it.revision == order.revision);
            if let Some(tasks) = known {
                tasks.scale(order.tasks, now);
            } else {
                let mut tasks = Tasks::new(order.revision.clone(), order.image.clone());
                tasks.scale(order.tasks, now);
                self.tasks.push(tasks);
            }
        }
        let named =
            |tasks: &Tasks| orders.revisions.iter().any(|order| order.revision == tasks.revision);
        self.tasks.retain(|tasks| tasks.count() > 0 && named(tasks));
        self.load.shift(&orders, now);

        self.orders = orders;
        self.changes += 1;
        self.changed.notify_waiters();
    }
}

#[cfg(test)]
mod tests;
