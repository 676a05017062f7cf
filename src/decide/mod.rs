//! Policies as sets of acts, exactly: rules compiled to decision diagrams.
//!
//! Every dimension of an act is a finite set (§1 of the language), so a rule is a Boolean function
//! of the act's atoms and of the facts. `space` numbers the dimensions, `product` puts sets of acts
//! together dimension by dimension, `meaning` gives each rule its set, `compile` adds a policy's
//! rules up, `boxes` reads sets back as products of names, and `fewest` finds the smallest sets of
//! facts that settle an act.

pub mod boxes;
pub mod compile;
pub mod diagram;
pub mod fewest;
pub mod meaning;
pub mod product;
pub mod space;

pub use boxes::Acts;
pub use compile::{Decision, EffectiveRule, compile};
pub use diagram::Diagram;
pub use product::Product;
pub use space::{Dim, Space};
