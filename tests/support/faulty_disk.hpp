#pragma once

#include <sqlite3.h>

#include <cstring>
#include <string>

namespace tests {

/// A disk that fills up, breaks or loses power at a chosen write: a SQLite VFS laid over the real
/// one, the default while the object lives.
class FaultyDisk {
public:
    enum class Kind { full, input_output };

    FaultyDisk() {
        real() = sqlite3_vfs_find(nullptr);
        vfs_ = *real();
        vfs_.zName = "faulty";
        vfs_.szOsFile = static_cast<int>(sizeof(File)) + real()->szOsFile;
        vfs_.xOpen = &open;
        sqlite3_vfs_register(&vfs_, 1);
        state() = {};
    }
    ~FaultyDisk() {
        sqlite3_vfs_register(real(), 1);
        sqlite3_vfs_unregister(&vfs_);
    }
    FaultyDisk(const FaultyDisk&) = delete;
    FaultyDisk& operator=(const FaultyDisk&) = delete;

    /// Lets `writes` writes and syncs through, then fails every following one.
    void fail_after(int writes, Kind kind) { state() = {writes, kind, true, 0}; }
    void heal() { state().armed = false; }
    /// Writes and syncs since fail_after().
    [[nodiscard]] static int seen() { return state().seen; }

private:
    struct State {
        int allowed = 0;
        Kind kind = Kind::full;
        bool armed = false;
        int seen = 0;
    };
    struct File {
        sqlite3_file base;
        sqlite3_io_methods methods;
    };

    static State& state() {
        static State one;
        return one;
    }
    static sqlite3_vfs*& real() {
        static sqlite3_vfs* one = nullptr;
        return one;
    }
    static sqlite3_file* under(sqlite3_file* file) {
        return reinterpret_cast<sqlite3_file*>(reinterpret_cast<File*>(file) + 1);
    }
    static int fault() {
        auto& now = state();
        if (!now.armed || now.seen++ < now.allowed) {
            return SQLITE_OK;
        }
        return now.kind == Kind::full ? SQLITE_FULL : SQLITE_IOERR_WRITE;
    }

    static int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out) {
        auto* ours = reinterpret_cast<File*>(file);
        const int code = real()->xOpen(real(), name, under(file), flags, out);
        if (code != SQLITE_OK) {
            ours->base.pMethods = nullptr;
            return code;
        }
        ours->methods = {
            .iVersion = 3,
            .xClose = [](sqlite3_file* f) { return under(f)->pMethods->xClose(under(f)); },
            .xRead = [](sqlite3_file* f, void* to, int n, sqlite3_int64 at
                     ) { return under(f)->pMethods->xRead(under(f), to, n, at); },
            .xWrite =
                [](sqlite3_file* f, const void* from, int n, sqlite3_int64 at) {
                    const int broken = fault();
                    return broken != SQLITE_OK ? broken
                                               : under(f)->pMethods->xWrite(under(f), from, n, at);
                },
            .xTruncate = [](sqlite3_file* f,
                            sqlite3_int64 n) { return under(f)->pMethods->xTruncate(under(f), n); },
            .xSync =
                [](sqlite3_file* f, int how) {
                    const int broken = fault();
                    return broken != SQLITE_OK ? SQLITE_IOERR_FSYNC
                                               : under(f)->pMethods->xSync(under(f), how);
                },
            .xFileSize = [](sqlite3_file* f, sqlite3_int64* n
                         ) { return under(f)->pMethods->xFileSize(under(f), n); },
            .xLock = [](sqlite3_file* f, int l) { return under(f)->pMethods->xLock(under(f), l); },
            .xUnlock = [](sqlite3_file* f,
                          int l) { return under(f)->pMethods->xUnlock(under(f), l); },
            .xCheckReservedLock = [](sqlite3_file* f, int* l
                                  ) { return under(f)->pMethods->xCheckReservedLock(under(f), l); },
            .xFileControl = [](sqlite3_file* f, int op, void* arg
                            ) { return under(f)->pMethods->xFileControl(under(f), op, arg); },
            .xSectorSize = [](sqlite3_file* f
                           ) { return under(f)->pMethods->xSectorSize(under(f)); },
            .xDeviceCharacteristics =
                [](sqlite3_file* f) {
                    return under(f)->pMethods->xDeviceCharacteristics(under(f));
                },
            .xShmMap = [](sqlite3_file* f, int page, int size, int extend, void volatile** to
                       ) { return under(f)->pMethods->xShmMap(under(f), page, size, extend, to); },
            .xShmLock = [](sqlite3_file* f, int at, int n,
                           int how) { return under(f)->pMethods->xShmLock(under(f), at, n, how); },
            .xShmBarrier = [](sqlite3_file* f) { under(f)->pMethods->xShmBarrier(under(f)); },
            .xShmUnmap = [](sqlite3_file* f,
                            int remove) { return under(f)->pMethods->xShmUnmap(under(f), remove); },
            .xFetch =
                [](sqlite3_file*, sqlite3_int64, int, void** to) {
                    *to = nullptr;
                    return SQLITE_OK;
                },
            .xUnfetch = [](sqlite3_file*, sqlite3_int64, void*) { return SQLITE_OK; },
        };
        ours->base.pMethods = &ours->methods;
        return SQLITE_OK;
    }

    sqlite3_vfs vfs_{};
};

}  // namespace tests
