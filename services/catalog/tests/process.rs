//! The service as a process.

use servers::Task;

#[test]
fn goods_are_listed_until_sigterm() {
    let mut task = Task::start(env!("CARGO_BIN_EXE_catalog"), &[]);
    assert!(task.message().starts_with("catalog 0.1.0 listens on "), "{}", task.said);

    let goods = task.get("/goods");
    task.terminate();

    assert_eq!(task.exit_code(), Some(0));
    assert_eq!(goods.status, 200);
    assert!(goods.body.contains("\"tea\""), "{goods:?}");
}
