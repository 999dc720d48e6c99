//! What recorded runs tell, as a person and a program read it.

mod evidence;
mod picture;
mod summary;
mod tape;
mod timeline;
