//! The language page word for word, over explicit sets: slow, plain, and independent of the engine.
//!
//! `sets` writes out names, worlds and acts; `rules` says what one rule means, `judge` the verdict on
//! one act (`memo` remembers them), `flow` follows labels, and `findings` judges whole plans and
//! tests. `generate` writes random files, `coverage` says which forms they hold, `engine` puts what
//! the engine says in the same terms, and `compare` says where both differ.

pub mod acts;
pub mod compare;
pub mod coverage;
pub mod engine;
pub mod expectations;
pub mod findings;
pub mod flow;
pub mod generate;
pub mod judge;
pub mod memo;
pub mod rules;
pub mod sets;
pub mod vaguer;
