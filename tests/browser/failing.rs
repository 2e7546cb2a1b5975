//! The page of a test: from what is wrong to the place in the file, to what was sent and came back.

use crate::runs::mixed;
use crate::webdriver::{Browser, keys};

#[test]
fn a_failure_is_opened_followed_to_its_step_and_copied() {
    let Some(browser) = Browser::start() else { return };
    let page = mixed();
    page.open(&browser, "#/?show=failed");
    browser.click("#list .row");
    browser.until("document.getElementById('view-test').dataset.shown === 'retail/fails'");
    assert_eq!(browser.address(), "#/test/retail/fails?show=failed");
    assert_eq!(browser.text("#view-test h1"), "retail/fails");
    // First what is wrong, with the place, then the steps.
    assert_eq!(browser.texts("#view-test h2")[..2], ["What is wrong", "Steps at work pending poll"]);
    assert_eq!(browser.text(".wrong h3"), "title: expected \"Adress\", got \"Address\"");
    assert_eq!(browser.text(".wrong .where"), "Step 2: submit · scenarios/retail/fails.yaml:8:22");
    assert_eq!(browser.text(".wrong .excerpt .bad mark"), "Adress");
    let facts = browser.text("#view-test .facts");
    for fact in ["scenarios/retail/fails.yaml:1", "retail, draft", "in requests", "pending", "address"] {
        assert!(facts.contains(fact), "{fact}: {facts}");
    }

    // The step that failed is open, with what was sent beside what came, and its lines are marked in the file.
    assert_eq!(browser.value("document.querySelector('[data-step=\"2\"] .step-head').ariaExpanded"), "true");
    let body = "[data-step=\"2\"] .step-body";
    assert!(browser.text(&format!("{body} .side:nth-child(1)")).contains("\"Ada\""));
    assert!(browser.text(&format!("{body} .side:nth-child(2)")).contains("\"pending\""));
    assert!(browser.text(body).contains("The last poll: GET"));
    browser.until(&format!(
        "document.querySelector('{body} details.more[open] .json')?.innerText.includes('\"Address\"')"
    ));
    let beside = "(() => { const [one, other] = [...document.querySelectorAll('.sides .side')].map((side) => side.getBoundingClientRect());
        return one.right <= other.left && one.top === other.top; })()";
    assert_eq!(browser.value(beside), true);
    assert_eq!(browser.texts(".source .of-step .no"), ["7", "8"]);
    assert_eq!(browser.texts(".source .bad .no"), ["8"]);
    // Its waiting is drawn apart, with a stroke a poll.
    assert!(browser.value("document.querySelectorAll('[data-step=\"2\"] .track .waits').length") == 1);
    assert!(browser.value("document.querySelectorAll('[data-step=\"2\"] .track .poll').length").as_u64().unwrap() >= 2);

    // From a line to its step.
    browser.click("[data-line=\"6\"] button");
    browser.until("document.querySelector('[data-step=\"1\"] .step-head').ariaExpanded === 'true'");
    assert_eq!(browser.texts(".source .of-step .no"), ["6"]);
    assert_eq!(browser.address(), "#/test/retail/fails?step=1&show=failed");
    browser.reload();
    browser.until("document.querySelector('[data-step=\"1\"] .step-head')?.ariaExpanded === 'true'");
    assert_eq!(browser.value("document.querySelector('[data-step=\"2\"] .step-head').ariaExpanded"), "false");

    // The command, as it is pasted elsewhere.
    browser.click("[data-step=\"1\"] .curl button");
    browser.until_text("#status", "Copied");
    let command = browser.text("[data-step=\"1\"] .curl pre");
    assert!(command.starts_with("curl -sS 'http://127.0.0.1:"), "{command}");
    browser.back();
    browser.until("!document.getElementById('view-list').hidden");
    assert_eq!(browser.address(), "#/?show=failed");
    assert_eq!(browser.paste_into("#search"), command);
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn without_the_clipboard_it_is_copied_as_of_old_or_selected() {
    let Some(browser) = Browser::start() else { return };
    mixed().open(&browser, "#/test/retail/fails?step=1");
    browser.value("navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed'))");
    browser.click("[data-step=\"1\"] .curl button");
    browser.until_text("#status", "Copied");
    let command = browser.text("[data-step=\"1\"] .curl pre");
    browser.value("document.execCommand = () => false");
    browser.click("[data-step=\"1\"] .curl button");
    browser.until_text("#status", "Selected: press Ctrl C");
    assert_eq!(browser.value("String(getSelection())"), command.as_str());
    browser.click("#to-tests");
    browser.until("!document.getElementById('view-list').hidden");
    assert_eq!(browser.paste_into("#search"), command);
}

#[test]
fn a_changed_answer_is_told_in_words_then_in_lines() {
    let Some(browser) = Browser::start() else { return };
    mixed().open(&browser, "#/test/retail/changes");
    assert_eq!(browser.texts("#view-test h2")[0], "What awaits review");
    assert_eq!(browser.texts(".changed .changes li"), ["First name is no longer required"]);
    assert_eq!(browser.text(".changed .changes strong"), "First name");
    assert!(browser.texts(".changed .diff .removed").iter().any(|line| line.contains("required")));
    assert_eq!(browser.value("document.querySelector('.changed .diff').classList.contains('beside')"), true);
    browser.click(".changed .diff-box button");
    assert_eq!(browser.value("document.querySelector('.changed .diff').classList.contains('beside')"), false);
    assert!(browser.texts(".changed .diff .sign").contains(&"-".to_owned()));
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn the_attempts_before_are_told() {
    let Some(browser) = Browser::start() else { return };
    mixed().open(&browser, "#/test/retail/sometimes");
    assert!(browser.text(".attempts").contains("it was not there yet"));
    assert!(browser.text(".test-head .title").contains("Flaky"));
    assert!(browser.texts(".wrong").is_empty());
}

#[test]
fn keys_lead_through_the_report() {
    let Some(browser) = Browser::start() else { return };
    mixed().open(&browser, "#/");
    browser.press("j");
    browser.press("j");
    assert_eq!(browser.value("document.activeElement.querySelector('.name').innerText"), "retail/changes");
    browser.press("k");
    browser.press(keys::ENTER);
    browser.until("document.getElementById('view-test').dataset.shown === 'retail/fails'");
    browser.press("j");
    browser.press(keys::ENTER);
    browser.until("document.querySelector('[data-step=\"1\"] .step-head').ariaExpanded === 'true'");
    browser.press("p");
    browser.until("document.getElementById('view-test').dataset.shown === 'retail/changes'");
    browser.press("n");
    browser.until("document.getElementById('view-test').dataset.shown === 'retail/fails'");
    // A flaky test is to be looked at, too.
    browser.press("n");
    browser.until("document.getElementById('view-test').dataset.shown === 'retail/sometimes'");
    browser.press("n");
    browser.until_text("#status", "There is no further test to look at");
    browser.press(keys::ESCAPE);
    browser.until("!document.getElementById('view-list').hidden");
    assert_eq!(browser.value("document.activeElement.querySelector('.name').innerText"), "retail/sometimes");

    browser.press("/");
    browser.until("document.activeElement.id === 'search'");
    browser.type_into("#search", "n?j");
    browser.until_text("#count", "0 of 5 tests");
    browser.press(keys::ESCAPE);
    browser.until_text("#count", "5 tests");
    browser.press(keys::ESCAPE);
    browser.until("document.activeElement.id !== 'search'");
    browser.press("?");
    browser.until("document.getElementById('help').open");
    browser.click("#keys-on");
    browser.press(keys::ESCAPE);
    browser.until("!document.getElementById('help').open");
    browser.press("t");
    browser.press("?");
    assert_eq!(browser.value("document.getElementById('help').open"), false);
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn an_address_of_nothing_says_so() {
    let Some(browser) = Browser::start() else { return };
    let page = mixed();
    page.open(&browser, "#/test/retail/gone?step=4");
    assert_eq!(browser.text("#view-test h1"), "No such test");
    page.open(&browser, "#/test/retail/fails?step=99");
    assert_eq!(browser.text("#view-test h1"), "retail/fails");
    page.open(&browser, "#/what?show=none&sort=none");
    assert_eq!(browser.text("#count"), "5 tests");
    assert_eq!(browser.complaints(), [""; 0]);
}
