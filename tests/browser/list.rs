//! The list: chips, search, order, and what of them stands in the address.

use crate::runs::{many, mixed, partial};
use crate::webdriver::{Browser, keys};

fn names(browser: &Browser) -> Vec<String> {
    browser.texts("#list .name")
}

#[test]
fn chips_and_search_narrow_the_list_and_the_address_keeps_them() {
    let Some(browser) = Browser::start() else { return };
    let page = mixed();
    page.open(&browser, "#/");
    assert_eq!(
        browser.texts("#chips .chip"),
        ["All 5", "Failed 1", "To review 1", "Passed 2", "of them flaky 1", "Skipped 1"]
    );
    assert_eq!(browser.text("#headline"), "1 failed, 1 to review, 2 passed (1 flaky), 1 skipped");
    let worst_first = ["retail/fails", "retail/changes", "retail/sometimes", "retail/passes", "retail/later"];
    assert_eq!(names(&browser), worst_first);
    let rows = browser.texts("#list .row");
    assert!(
        rows[0].contains("✕ Failed") && rows[0].contains("title: expected \"Adress\", got \"Address\""),
        "{}",
        rows[0]
    );
    assert!(rows[1].contains("First name is no longer required"), "{}", rows[1]);
    assert!(rows[2].contains("Flaky") && rows[2].contains("it was not there yet"), "{}", rows[2]);
    assert!(rows[4].contains("until autumn"), "{}", rows[4]);

    for (chip, name) in [
        ("failed", "retail/fails"),
        ("review", "retail/changes"),
        ("flaky", "retail/sometimes"),
        ("skipped", "retail/later"),
    ] {
        browser.click(&format!("[data-show={chip}]"));
        assert_eq!(browser.address(), format!("#/?show={chip}"));
        browser.until_text("#count", "1 of 5 tests");
        assert_eq!(names(&browser), [name]);
    }
    browser.click("[data-show=passed]");
    browser.until_text("#count", "2 of 5 tests");
    browser.type_into("#search", "TAG:smoke some");
    browser.until_text("#count", "1 of 5 tests");
    assert_eq!(names(&browser), ["retail/sometimes"]);
    assert_eq!(browser.address(), "#/?show=passed&q=TAG%3Asmoke+some");

    browser.reload();
    browser.until_text("#count", "1 of 5 tests");
    assert_eq!(names(&browser), ["retail/sometimes"]);
    assert_eq!(browser.value("document.getElementById('search').value"), "TAG:smoke some");
    assert_eq!(browser.texts("[aria-current=true]"), ["Passed 2"]);
    // A search is one place with what it was typed in: Back leads to the chip before.
    browser.back();
    browser.until_text("#count", "1 of 5 tests");
    assert_eq!(browser.address(), "#/?show=skipped");
    assert_eq!(browser.value("document.getElementById('search').value"), "");

    page.open(&browser, "#/?show=failed&q=nothing+like+it");
    assert!(names(&browser).is_empty());
    browser.click("#show-all");
    browser.until_text("#count", "5 tests");
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn the_list_is_sorted_as_asked() {
    let Some(browser) = Browser::start() else { return };
    let page = mixed();
    page.open(&browser, "#/");
    browser.type_into("#sort", "name");
    browser.until("location.hash === '#/?sort=name'");
    let by_name = ["retail/changes", "retail/fails", "retail/later", "retail/passes", "retail/sometimes"];
    browser.until(&format!("document.querySelector('#list .name').innerText === {:?}", by_name[0]));
    assert_eq!(names(&browser), by_name);
    for key in ["duration", "pending"] {
        page.open(&browser, &format!("#/?sort={key}"));
        assert_eq!(browser.text("#sort option:checked").split(' ').next(), Some(key));
        let sorted = browser.value(&format!(
            "(() => {{ const run = JSON.parse(document.getElementById('run').textContent).tests;
               const of = {}; const shown = [...document.querySelectorAll('#list .name')].map((one) => of(run.find((test) => test.name === one.innerText)));
               return shown.length === 5 && shown[0] > shown[4] && shown.every((value, at) => at === 0 || shown[at - 1] >= value); }})()",
            if key == "duration" { "(test) => test.seconds" } else { "(test) => test.pending" },
        ));
        assert_eq!(sorted, true, "{key}");
    }
}

#[test]
fn a_part_of_a_run_says_what_is_missing() {
    let Some(browser) = Browser::start() else { return };
    let page = partial();
    page.open(&browser, "#/test/retail/sometimes");
    assert_eq!(browser.text("#view-test h1"), "retail/sometimes");
    assert!(browser.text("#view-test .notice").ends_with("how this test ended: the run ended before it began."));
    assert!(browser.text("#view-test .facts").contains("scenarios/retail/sometimes.yaml:1"));
    page.open(&browser, "#/test/retail/passes");
    assert!(browser.text("#view-test .notice").contains("how this test ended: it did not end: step "));
    page.open(&browser, "#/");
    assert!(browser.text(".notice").contains("Of 5 tests, 3 ended, 1 was under way and 1 was never begun."));
    assert!(browser.text(".facts").contains("the journal has no end"));
    browser.click(".notice details:nth-of-type(1) summary");
    browser.until("document.querySelector('.notice details').open");
    assert!(browser.text(".notice").contains("retail/passes, at step "));
    assert!(
        browser.value("document.querySelector('.notice').textContent").as_str().unwrap().contains("retail/sometimes")
    );
    assert_eq!(browser.texts("#chips .chip")[0], "All 3");
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn two_thousand_tests_are_listed_bit_by_bit_and_each_can_be_opened() {
    let Some(browser) = Browser::start() else { return };
    let page = many(2000);
    page.open(&browser, "#/?sort=run");
    browser.until("document.getElementById('list').dataset.filled === '2000'");
    assert_eq!(browser.value("document.querySelectorAll('#list > li').length"), 2000);
    assert_eq!(browser.texts("#chips .chip")[..2], ["All 2,000", "Failed 50"]);
    browser.type_into("#search", "test-1999");
    browser.until_text("#count", "1 of 2,000 tests");
    browser.press(keys::ENTER);
    browser.until("document.activeElement.matches('#list .row')");
    browser.press(keys::ENTER);
    browser.until("document.getElementById('view-test').dataset.shown === 'suite-4/test-1999'");
    assert_eq!(browser.texts(".step-head .step-label"), ["init", "init"]);
    assert_eq!(browser.text(".neighbours span:not(.button)"), "1 of 1 in the list");
    page.open(&browser, "#/test/suite-4/test-1999?sort=run");
    browser.until("document.getElementById('view-test').dataset.shown === 'suite-4/test-1999'");
    assert_eq!(browser.text(".neighbours span:not(.button)"), "50 of 50 to look at");
    // What was packed is unpacked chunk by chunk: one far away is another.
    browser.press("p");
    browser.until("document.getElementById('view-test').dataset.shown === 'suite-6/test-1959'");
    assert_eq!(browser.text(".wrong h3"), "expected the end");
    browser.press(keys::ESCAPE);
    browser.until("!document.getElementById('view-list').hidden");
    assert_eq!(browser.address(), "#/?sort=run");
    assert_eq!(browser.complaints(), [""; 0]);
}
