#[allow(unused_imports)]
use crate::contract::policy::DataClass;
#[allow(unused_imports)]
use crate::resource::description::{Column, ColumnKind, Filter, FilterOp, Resource, Sort};

/// How `Book` is stored.
pub static BOOK: Resource = Resource {
    name: "book",
    table: "books",
    owner: "user_id",
    columns: &[
        Column { name: "id", kind: ColumnKind::Text, class: DataClass::Personal },
        Column { name: "title", kind: ColumnKind::Text, class: DataClass::Personal },
        Column { name: "genre", kind: ColumnKind::Text, class: DataClass::Public },
        Column { name: "pages", kind: ColumnKind::Integer, class: DataClass::Public },
        Column { name: "lent", kind: ColumnKind::Bool, class: DataClass::Personal },
        Column { name: "returned", kind: ColumnKind::Bool, class: DataClass::Personal },
        Column { name: "tags", kind: ColumnKind::Json, class: DataClass::Personal },
        Column { name: "extra", kind: ColumnKind::Json, class: DataClass::Sensitive },
        Column { name: "note", kind: ColumnKind::Text, class: DataClass::Sensitive },
        Column { name: "weight", kind: ColumnKind::Real, class: DataClass::Public },
        Column { name: "state", kind: ColumnKind::Text, class: DataClass::Public },
        Column { name: "created_at", kind: ColumnKind::Timestamp, class: DataClass::Personal },
        Column { name: "version", kind: ColumnKind::Integer, class: DataClass::Public },
    ],
    filters: &[
        Filter { name: "genre", column: "genre", op: FilterOp::Eq, kind: ColumnKind::Text },
        Filter { name: "lent", column: "lent", op: FilterOp::Eq, kind: ColumnKind::Bool },
        Filter { name: "min_pages", column: "pages", op: FilterOp::Gte, kind: ColumnKind::Integer },
        Filter { name: "before", column: "created_at", op: FilterOp::Lt, kind: ColumnKind::Timestamp },
        Filter { name: "title", column: "title", op: FilterOp::Contains, kind: ColumnKind::Text },
        Filter { name: "state", column: "state", op: FilterOp::Eq, kind: ColumnKind::Text },
    ],
    sorts: &[
        Sort { name: "created_at", column: "created_at", kind: ColumnKind::Timestamp, descending: true },
        Sort { name: "title", column: "title", kind: ColumnKind::Text, descending: false },
    ],
    default_sort: 0,
    search: &["title", "note"],
    soft_delete: true,
    audited: false,
};

/// All resources.
pub static ALL: [&Resource; 1] = [&BOOK];
