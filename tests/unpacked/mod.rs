//! All that an HTML report holds, as text: what is packed in it is not seen by one who only searches the page.

use std::io::Read as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A page with everything that is packed in it behind it, unpacked.
pub fn unpacked(page: &str) -> String {
    let mut text = page.to_owned();
    for part in page.split("<script type=\"application/octet-stream\"").skip(1) {
        let packed = part.split_once('>').unwrap().1.split_once("</script>").unwrap().0;
        let bytes = STANDARD.decode(packed).unwrap();
        text.push('\n');
        flate2::read::ZlibDecoder::new(bytes.as_slice()).read_to_string(&mut text).unwrap();
    }
    text
}
