//! The little of vectors that is wanted.

pub type Vector = [f64; 3];

pub fn dot(a: Vector, b: Vector) -> f64 {
    let [ax, ay, az] = a;
    let [bx, by, bz] = b;
    ax * bx + ay * by + az * bz
}

/// `a + b * factor`
pub fn plus(a: Vector, b: Vector, factor: f64) -> Vector {
    let [ax, ay, az] = a;
    let [bx, by, bz] = b;
    [ax + bx * factor, ay + by * factor, az + bz * factor]
}

pub fn length(a: Vector) -> f64 {
    dot(a, a).sqrt()
}

/// From longitude, latitude (radians) and distance.
pub fn polar(longitude: f64, latitude: f64, distance: f64) -> Vector {
    let (sine, cosine) = libm::sincos(longitude);
    let (up, flat) = libm::sincos(latitude);
    [distance * flat * cosine, distance * flat * sine, distance * up]
}
