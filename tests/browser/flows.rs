//! The pictures of flows: which is shown, what is in it, and which tests it leads to.

use crate::runs::{flows, mixed};
use crate::webdriver::{Browser, keys};

#[test]
fn a_flow_is_chosen_with_the_keyboard_and_keeps_it() {
    let Some(browser) = Browser::start() else { return };
    let page = flows();
    page.open(&browser, "#/flow");
    let choices = ["shop, draft", "shop, draft, fr", "shop, live", "shop \"two\", draft"];
    let offered = browser.value("[...document.getElementById('flow-choice').options].map((one) => one.textContent)");
    assert_eq!(offered, serde_json::json!(choices));
    assert_eq!(browser.text("#view-flow h1"), choices[0]);
    browser.value("document.getElementById('flow-choice').focus()");
    for choice in &choices[1..] {
        browser.press(keys::DOWN);
        browser.until_text("#view-flow h1", choice);
        browser.until("document.activeElement.id === 'flow-choice'");
        assert_eq!(browser.text("#flow-choice option:checked"), *choice);
        assert!(browser.value("document.title").as_str().unwrap().starts_with(&format!("{choice} · ")));
    }
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn a_flow_without_a_version_is_its_first_and_an_unknown_one_is_none() {
    let Some(browser) = Browser::start() else { return };
    let page = flows();
    for (place, heading) in [
        ("#/flow/shop", "shop, draft"),
        ("#/flow/shop/live", "shop, live"),
        ("#/flow/shop%20%22two%22", "shop \"two\", draft"),
        ("#/flow/shop/draft/de", "No such flow"),
        ("#/flow/sho", "No such flow"),
    ] {
        page.open(&browser, place);
        assert_eq!(browser.text("#view-flow h1"), heading, "{place}");
        let drawn = browser.value("document.querySelectorAll('#view-flow svg').length");
        assert_eq!(drawn, u8::from(heading != "No such flow"), "{place}");
    }
    browser.value("document.getElementById('flow-choice').focus()");
    browser.press(keys::DOWN);
    browser.until_text("#view-flow h1", "shop, draft");
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn the_tests_of_a_flow_are_those_that_its_link_leads_to() {
    let Some(browser) = Browser::start() else { return };
    let page = flows();
    for (place, told, listed) in [
        ("shop/draft", "2 tests of this flow, 1 failed", &["first", "second"][..]),
        ("shop/draft/fr", "1 test of this flow, 1 to review", &["french"]),
        ("shop/live", "1 test of this flow", &["live"]),
        ("shop%20%22two%22/draft", "1 test of this flow, 1 failed", &["longer"]),
    ] {
        page.open(&browser, &format!("#/flow/{place}"));
        assert_eq!(browser.text(".flow-tests"), told);
        browser.click(".flow-tests a");
        browser.until("!document.getElementById('view-list').hidden");
        assert_eq!(browser.texts("#list .name"), listed, "{place}");
    }
    page.open(&browser, "#/flow/shop/draft");
    browser.click(".flow-tests a:nth-of-type(2)");
    browser.until_text("#count", "1 of 5 tests");
    assert_eq!(browser.texts("#list .name"), ["first"]);
    // What is typed without quotes begins a flow, in quotes it is all of it, and words in quotes stay together.
    for (search, count) in [
        ("flow:sho", "5 tests"),
        ("flow:\"sho\"", "0 of 5 tests"),
        ("flow:\"shop\"", "4 of 5 tests"),
        ("FLOW:\"shop\" version:live", "1 of 5 tests"),
        ("\"number 3\"", "1 of 5 tests"),
        ("\"3 number\"", "0 of 5 tests"),
    ] {
        page.open(&browser, "#/");
        browser.type_into("#search", search);
        browser.until_text("#count", count);
    }
    // A test leads to the picture of its flow.
    page.open(&browser, "#/test/french");
    browser.click(".facts a");
    browser.until_text("#view-flow h1", "shop, draft, fr");
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn a_picture_fits_is_legible_and_grows_from_its_middle() {
    let Some(browser) = Browser::start() else { return };
    let page = flows();
    let all = "(() => { const svg = document.querySelector('.frame svg').getBoundingClientRect(), frame = document.querySelector('.frame').getBoundingClientRect();
        return svg.left >= frame.left && svg.right <= frame.right && svg.top >= frame.top && svg.bottom <= frame.bottom; })()";
    page.open(&browser, "#/flow/shop/draft");
    browser.until("document.querySelector('.frame svg').style.inlineSize");
    assert_eq!(browser.value(all), true);
    assert_eq!(browser.texts(".picture .meaning"), ["this run", "known, not visited in this run"]);
    assert_eq!(browser.value("document.querySelectorAll('.frame .step').length"), 3);

    browser.resize(375, 700);
    page.open(&browser, "#/flow/shop/draft");
    browser.until("document.querySelector('.frame svg').style.inlineSize");
    let letters = browser.value("document.querySelector('.frame .label').getBoundingClientRect().height");
    assert!(letters.as_f64().unwrap() > 8.0, "{letters}");
    let beyond = browser.value("document.documentElement.scrollWidth - document.documentElement.clientWidth");
    assert_eq!(beyond, 0);
    let above = "document.querySelector('.picture-tools').getBoundingClientRect().bottom <= document.querySelector('.frame').getBoundingClientRect().top";
    assert_eq!(browser.value(above), true);
    for _ in 0..6 {
        browser.click(".picture-tools [aria-label=Larger]");
    }
    assert_eq!(browser.value(all), false);
    assert!(browser.text(".hint").starts_with("Only a part is seen"));
    let middle = "(() => { const frame = document.querySelector('.frame'); frame.scrollTo(frame.scrollWidth / 2 - frame.clientWidth / 2, 0);
        return frame.scrollLeft + frame.clientWidth / 2 - frame.scrollWidth / 2; })()";
    browser.value(middle);
    browser.click(".picture-tools [aria-label=Larger]");
    let off = browser.value("(() => { const frame = document.querySelector('.frame'); return frame.scrollLeft + frame.clientWidth / 2 - frame.scrollWidth / 2; })()");
    assert!(off.as_f64().unwrap().abs() < 12.0, "{off}");
    browser.click(".picture-tools button:last-child");
    browser.until(all);
    assert!(browser.texts(".hint").is_empty());
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn the_way_of_a_test_is_marked_and_its_arrows_are_seen_on_paper_too() {
    let Some(browser) = Browser::start() else { return };
    let page = flows();
    for place in ["#/flow/shop/draft", "#/test/second"] {
        for printed in [false, true] {
            browser.print(printed);
            page.open(&browser, place);
            browser.until("document.querySelector('.frame .way')");
            let seen = "[...document.querySelectorAll('.frame .way, .frame .way *')].every((one) => !['none', 'flex'].includes(getComputedStyle(one).display) || one.localName === 'title')";
            assert_eq!(browser.value(seen), true, "{place}, printed: {printed}");
            let arrow = browser.value("document.querySelector('.frame .way .head').getBoundingClientRect().width > 0");
            assert_eq!(arrow, true, "{place}, printed: {printed}");
        }
        browser.print(false);
    }
    let marked =
        browser.value("[...document.querySelectorAll('.frame .path.step title')].map((one) => one.textContent)");
    assert_eq!(marked, serde_json::json!(["Name (form): 2 tests", "Address (form): 2 tests"]));
    assert_eq!(browser.value("document.querySelectorAll('.frame .path.way').length"), 2);
    browser.print(true);
    page.open(&browser, "#/flow/shop/draft");
    assert!(browser.texts("#flow-choice").is_empty());
    assert_eq!(browser.texts("#view-flow h1"), ["shop, draft"]);
}

#[test]
fn a_test_is_opened_where_it_failed_before_what_awaits_review() {
    let Some(browser) = Browser::start() else { return };
    flows().open(&browser, "#/test/first");
    browser.until("document.getElementById('view-test').dataset.shown === 'first'");
    assert_eq!(
        browser.value("[...document.querySelectorAll('.step-head')].map((one) => one.ariaExpanded)"),
        serde_json::json!(["false", "true"])
    );
    // Names that have no place to break are broken all the same.
    browser.resize(375, 700);
    let beyond = browser.value("document.documentElement.scrollWidth - document.documentElement.clientWidth");
    assert_eq!(beyond, 0);
    // In a ticket a label needs no asterisks, and whatever else stands between some keeps them.
    browser.click(".as-text summary");
    assert!(browser.text(".as-text pre").starts_with("review: City is new, not *this*"));
    mixed().open(&browser, "#/test/retail/changes");
    browser.until("document.getElementById('view-test').dataset.shown === 'retail/changes'");
    assert_eq!(browser.value("document.querySelectorAll('.step.review .step-head[aria-expanded=true]').length"), 1);
}

#[test]
fn one_walks_through_the_list_as_it_is_narrowed() {
    let Some(browser) = Browser::start() else { return };
    let page = flows();
    page.open(&browser, "#/?q=flow:%22shop%22&sort=name");
    assert_eq!(browser.texts("#list .name"), ["first", "french", "live", "second"]);
    browser.click("#list li:nth-child(2) .row");
    for (key, name, told) in [
        ("", "french", "2 of 4 in the list"),
        ("n", "live", "3 of 4 in the list"),
        ("n", "second", "4 of 4 in the list"),
        ("p", "live", "3 of 4 in the list"),
    ] {
        if !key.is_empty() {
            browser.press(key);
        }
        browser.until(&format!("document.getElementById('view-test').dataset.shown === {name:?}"));
        assert_eq!(browser.text(".neighbours span:not(.button)"), told);
    }
    browser.click(".neighbours a:last-child");
    browser.until("document.getElementById('view-test').dataset.shown === 'second'");
    browser.press("n");
    browser.until_text("#status", "There is no further test in the list");
    // Without a search they are those to look at.
    page.open(&browser, "#/test/first");
    browser.until("document.querySelector('.neighbours')");
    assert_eq!(browser.text(".neighbours span:not(.button)"), "1 of 3 to look at");
}
