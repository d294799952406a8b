&[
    ("_base.toml", include_str!("_base.toml")),
    ("render/_platform.toml", include_str!("render/_platform.toml")),
    ("render/render-free.toml", include_str!("render/render-free.toml")),
]
