use super::*;

fn limits(of: &str) -> (Limiters, Arc<Limiter>) {
    let limiters = Limiters::new(Concurrency::Fixed(4), None);
    let first = limiters.of(&Url::parse(of).unwrap());
    (limiters, first)
}

#[test]
fn a_host_is_its_name_and_its_port() {
    let (limiters, first) = limits("http://api.example.com/flow/one");
    let of = |url: &str| limiters.of(&Url::parse(url).unwrap());
    for same in ["http://API.example.com/flow/two?x=1", "https://api.example.com/", "http://api.example.com:80/"] {
        assert!(Arc::ptr_eq(&first, &of(same)), "{same}");
    }
    for other in ["http://api.example.com:8080/", "http://example.com/"] {
        assert!(!Arc::ptr_eq(&first, &of(other)), "{other}");
        assert!(Arc::ptr_eq(&of(other), &of(other)), "{other}");
    }
    assert_eq!(first.host, "api.example.com");
    assert_eq!(of("http://api.example.com:8080/").host, "api.example.com:8080");
}

#[test]
fn a_connection_is_new_once_and_few_are_remembered() {
    let (_, limiter) = limits("http://127.0.0.1:9/");
    assert!(!limiter.is_new(None));
    for port in 1..=u16::MAX {
        let connection = Some(SocketAddr::from(([127, 0, 0, 1], port)));
        assert!(limiter.is_new(connection), "{port}");
        assert!(!limiter.is_new(connection), "{port}");
        assert!(limiter.state().connections.len() <= LEAST_CONNECTIONS);
    }
}
