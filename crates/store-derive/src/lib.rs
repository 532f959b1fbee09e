//! `#[derive(store::FromRow)]`: a struct read from a row, each field from the column of its name.
//!
//! | attribute of a field | meaning |
//! |---|---|
//! | `#[sql(skip)]` | not in the row: `Default::default()` |
//! | `#[sql(rename = "column")]` | read from this column |
//! | `#[sql(flatten)]` | a struct of its own that reads its columns from the same row |

use proc_macro::TokenStream;
use proc_macro2::TokenStream as Tokens;
use quote::quote;
use syn::{Data, DeriveInput, Error, Field, Fields, LitStr, Result, parse_macro_input};

/// See the description of this crate.
#[proc_macro_derive(FromRow, attributes(sql))]
pub fn from_row(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand(&input).unwrap_or_else(Error::into_compile_error).into()
}

fn expand(input: &DeriveInput) -> Result<Tokens> {
    let Data::Struct(data) = &input.data else {
        return Err(Error::new_spanned(&input.ident, "FromRow is for structs"));
    };
    let Fields::Named(fields) = &data.fields else {
        return Err(Error::new_spanned(&input.ident, "FromRow is for structs whose fields have names"));
    };
    let reads = fields.named.iter().map(read).collect::<Result<Vec<_>>>()?;
    let name = &input.ident;
    let (of, with, bounds) = input.generics.split_for_impl();
    Ok(quote! {
        #[automatically_derived]
        impl #of ::store::FromRow for #name #with #bounds {
            fn from_row(row: &::store::Row) -> ::store::Result<Self> {
                ::core::result::Result::Ok(Self { #(#reads),* })
            }
        }
    })
}

/// How one field is read.
fn read(field: &Field) -> Result<Tokens> {
    let name = field.ident.as_ref().ok_or_else(|| Error::new_spanned(field, "a field without a name"))?;
    let mut column = name.to_string().trim_start_matches("r#").to_owned();
    let mut skip = false;
    let mut flatten = false;
    for attribute in field.attrs.iter().filter(|attribute| attribute.path().is_ident("sql")) {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("skip") {
                skip = true;
            } else if meta.path.is_ident("flatten") {
                flatten = true;
            } else if meta.path.is_ident("rename") {
                column = meta.value()?.parse::<LitStr>()?.value();
            } else {
                return Err(meta.error("known are skip, flatten and rename = \"column\""));
            }
            Ok(())
        })?;
    }
    Ok(if skip {
        quote!(#name: ::core::default::Default::default())
    } else if flatten {
        quote!(#name: ::store::FromRow::from_row(row)?)
    } else {
        quote!(#name: row.get(#column)?)
    })
}
