//! The archive in which Lambda takes the code of a function.

/// An archive with one file, which may be executed, as it is.
///
/// Source: PKWARE, *.ZIP File Format Specification*, sections 4.3.7, 4.3.12 and 4.3.16.
pub(super) fn archive(name: &str, content: &[u8]) -> Vec<u8> {
    let size = u32::try_from(content.len()).expect("a bootstrap is short");
    let length = u16::try_from(name.len()).expect("its name too");
    // What both headers say of the file: version, flags, no compression, time and date, checksum,
    // sizes, the lengths of the name and of nothing more.
    let mut file = Vec::new();
    for number in [20, 0, 0, 0, 0x21] {
        file.extend(u16::to_le_bytes(number));
    }
    for number in [crc32fast::hash(content), size, size] {
        file.extend(u32::to_le_bytes(number));
    }
    for number in [length, 0] {
        file.extend(u16::to_le_bytes(number));
    }

    let mut archive = b"PK\x03\x04".to_vec();
    archive.extend(&file);
    archive.extend(name.as_bytes());
    archive.extend(content);

    let directory = u32::try_from(archive.len()).expect("an archive is short");
    archive.extend(b"PK\x01\x02");
    // Made on Unix, so that the permissions count.
    archive.extend([20, 3]);
    archive.extend(&file);
    archive.extend([0; 6]);
    archive.extend((0o100_755_u32 << 16).to_le_bytes());
    archive.extend(0_u32.to_le_bytes());
    archive.extend(name.as_bytes());

    let end = u32::try_from(archive.len()).expect("an archive is short");
    archive.extend(b"PK\x05\x06");
    for number in [0, 0, 1, 1] {
        archive.extend(u16::to_le_bytes(number));
    }
    for number in [end - directory, directory] {
        archive.extend(u32::to_le_bytes(number));
    }
    archive.extend(0_u16.to_le_bytes());
    archive
}
