//! What comes from an API stays text, and nothing leaves the page.

use std::io::ErrorKind;
use std::net::TcpListener;

use crate::runs::{PLANTED, mixed, planted};
use crate::webdriver::Browser;

#[test]
fn markup_in_names_labels_and_answers_is_text() {
    let Some(browser) = Browser::start() else { return };
    let page = planted();
    page.open(&browser, "#/");
    let title = browser.value("document.title");
    assert!(title.as_str().unwrap().starts_with("1 failed · draftgate run"), "{title}");
    assert_eq!(browser.text("#list .name"), PLANTED);
    let elements = "document.querySelectorAll('img, script:not([id]), iframe, [onerror]').length";
    assert_eq!(browser.value(elements), 1, "the program, and nothing else");
    browser.click("#list .row");
    browser.until("document.getElementById('view-test').dataset.shown");
    // Everything that opens is opened: each part is made only then.
    browser.value("document.querySelectorAll('.step-head[aria-expanded=false]').forEach((button) => button.click())");
    browser.until("document.querySelectorAll('details:not([open])').length === 0 || document.querySelectorAll('details').forEach((one) => { one.open = true; })");
    assert_eq!(browser.text("#view-test h1"), PLANTED);
    assert!(browser.text("[data-step=\"2\"] .json").contains("planted"));
    assert_eq!(browser.value(elements), 1, "the program, and nothing else");
    assert_eq!(browser.value("document.title"), format!("{PLANTED} · {}", title.as_str().unwrap()));
    let seen = browser.value("document.body.innerText.split('<img').length").as_u64().unwrap();
    assert!(seen > 30, "it is seen {seen} times");
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn nothing_leaves_the_page_even_if_a_program_in_it_wanted_to() {
    let Some(browser) = Browser::start() else { return };
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let there = format!("http://{}/", listener.local_addr().unwrap());
    let page = mixed();
    let text = page.text();
    for loading in [" src=", "href=\"http", "@import", "<link rel=\"stylesheet"] {
        assert!(!text.contains(loading), "{loading}");
    }
    page.open(&browser, "#/test/retail/fails");
    assert_eq!(browser.value("performance.getEntriesByType('resource').length"), 0);
    assert_eq!(browser.complaints(), [""; 0]);

    let tried = browser.awaited(&format!(
        "(async () => {{
            const refused = [];
            addEventListener('securitypolicyviolation', (event) => refused.push(event.effectiveDirective));
            await fetch('{there}').catch(() => null);
            const load = (element, how) => new Promise((done) => {{
                element.onerror = element.onload = done; how(element); document.body.append(element); }});
            await load(document.createElement('img'), (one) => {{ one.src = '{there}'; }});
            await load(document.createElement('script'), (one) => {{ one.src = '{there}'; }});
            const inline = document.createElement('script');
            inline.textContent = 'document.title = \"planted\"';
            document.body.append(inline);
            await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
            return [refused.sort().join(' '), document.title];
        }})()"
    ));
    assert_eq!(tried[0], "connect-src img-src script-src-elem script-src-elem", "{tried}");
    assert_ne!(tried[1], "planted");
    assert_eq!(listener.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
}
