//! stub until merged
/// seed
#[derive(Debug, Clone)]
pub struct Seed(pub u64);
impl Seed {
    /// new
    pub fn new(seed: u64) -> Self {
        Seed(seed)
    }
    /// child
    pub fn child(&self, name: &str) -> Self {
        Seed(name.bytes().fold(self.0, |h, b| (h ^ u64::from(b)).wrapping_mul(0x100000001b3)))
    }
}
/// names
pub const KINDS: &[&str] = &["first_name"];
/// generate
pub fn generate(name: &str, seed: &Seed, _today: jiff::civil::Date, _country: Option<&str>) -> Option<String> {
    (name == "first_name").then(|| format!("Ada{}", seed.0))
}
