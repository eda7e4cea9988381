"""The recording backend: takes a 3scale gateway's authorisations and reports, lets everybody in, writes usage down."""
