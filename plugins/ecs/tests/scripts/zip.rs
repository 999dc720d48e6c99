//! A package as the bucket has it: a zip file without compression.

/// A zip file of one text under each name.
pub(crate) fn zip(files: &[(&str, &str)]) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for (name, text) in files {
        let offset = length(bytes.len());
        let entry = entry(name, text);
        bytes.extend(b"PK\x03\x04");
        bytes.extend(&entry);
        bytes.extend(name.as_bytes());
        bytes.extend(text.as_bytes());
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&entry);
        // No comment, first disk, no attributes.
        directory.extend([0; 10]);
        directory.extend(offset);
        directory.extend(name.as_bytes());
    }
    let (start, size) = (length(bytes.len()), length(directory.len()));
    let count = u16::try_from(files.len()).expect("packages of tests are small").to_le_bytes();
    bytes.extend(&directory);
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    bytes.extend([count, count].concat());
    bytes.extend([size, start].concat());
    bytes.extend([0, 0]);
    bytes
}

/// What stands of a file in both of its headers.
fn entry(name: &str, text: &str) -> Vec<u8> {
    let size = length(text.len());
    let name = u16::try_from(name.len()).expect("packages of tests are small").to_le_bytes();
    let mut entry = vec![0x14, 0, 0, 0, 0, 0, 0, 0, 0x21, 0];
    entry.extend(crc(text.as_bytes()).to_le_bytes());
    entry.extend([size, size].concat());
    entry.extend(name);
    entry.extend([0, 0]);
    entry
}

fn length(length: usize) -> [u8; 4] {
    u32::try_from(length).expect("packages of tests are small").to_le_bytes()
}

fn crc(bytes: &[u8]) -> u32 {
    let step = |crc: u32| if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
    !bytes.iter().fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)))
}
