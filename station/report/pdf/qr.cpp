#include "station/files/whole_file.hpp"
#include "station/report/pdf/drawing.hpp"
#include "station/report/pdf/pdf.hpp"

#include <QtCore/QBuffer>
#include <QtGui/QImage>
#include <QtGui/QImageReader>

#include <ZXing/ReadBarcode.h>
#include <ZXing/TextUtfEncoding.h>
#include <qrencode.h>

#include <memory>

namespace station::report {

using protocols::Failure;
using protocols::Fault;
using protocols::Result;

std::optional<Modules> modules_of(const std::string& text) {
    constexpr int largest_version = 12;
    // Version 0: the smallest that holds it; capital letters are packed two to eleven bits.
    const std::unique_ptr<QRcode, decltype(&QRcode_free)> made(
        QRcode_encodeString(text.c_str(), 0, QR_ECLEVEL_M, QR_MODE_8, 1), &QRcode_free
    );
    if (!made || made->version > largest_version) {
        return std::nullopt;
    }
    Modules modules{made->width, {}};
    for (int i = 0; i < made->width * made->width; ++i) {
        modules.dark.push_back((made->data[i] & 1) != 0);
    }
    return modules;
}

Result<void> write_qr(const std::string& text, int dots, const std::filesystem::path& file) {
    const auto modules = modules_of(text);
    if (!modules) {
        return Failure{Fault::malformed, "the text is too long for a QR code of version 12"};
    }
    constexpr int quiet_zone = 4;  // ISO/IEC 18004, 9.1
    const int side = (modules->side + 2 * quiet_zone) * dots;
    QImage image(side, side, QImage::Format_Grayscale8);
    image.fill(0xFF);
    for (int y = 0; y < modules->side * dots; ++y) {
        auto* line = image.scanLine(y + quiet_zone * dots);
        for (int x = 0; x < modules->side * dots; ++x) {
            if (modules->at(x / dots, y / dots)) {
                line[x + quiet_zone * dots] = 0;
            }
        }
    }
    QByteArray bytes;
    QBuffer buffer(&bytes);
    if (!buffer.open(QIODevice::WriteOnly) || !image.save(&buffer, "PNG")) {
        return Failure{Fault::malformed, "the code cannot be drawn"};
    }
    constexpr ::mode_t readable = 0644;
    return files::write_whole(
        file, {bytes.constData(), static_cast<std::size_t>(bytes.size())}, readable
    );
}

Result<std::string> read_qr(const std::filesystem::path& picture) {
    QImageReader reader(QString::fromStdString(picture.string()));
    reader.setAutoTransform(true);
    const auto size = reader.size();
    constexpr int largest_side = 12000;
    if (!reader.canRead() || size.width() > largest_side || size.height() > largest_side) {
        return Failure{Fault::malformed, picture.string() + ": no picture that can be read"};
    }
    const auto image = reader.read().convertToFormat(QImage::Format_Grayscale8);
    if (image.isNull()) {
        return Failure{Fault::malformed, picture.string() + ": the picture is damaged"};
    }
    ZXing::DecodeHints hints;
    hints.setFormats(ZXing::BarcodeFormat::QRCode).setTryHarder(true).setTryRotate(true);
    // A photograph holds the code at any size: the scale that suits the reader is found by trying.
    for (const double scale : {1.0, 0.5, 0.25, 2.0}) {
        const auto scaled =
            scale == 1.0
                ? image
                : image.scaled(image.size() * scale, Qt::KeepAspectRatio, Qt::SmoothTransformation);
        const auto found = ZXing::ReadBarcode(
            {scaled.constBits(), scaled.width(), scaled.height(), ZXing::ImageFormat::Lum,
             static_cast<int>(scaled.bytesPerLine())},
            hints
        );
        if (found.isValid()) {
            return ZXing::TextUtfEncoding::ToUtf8(found.text());
        }
    }
    return Failure{Fault::malformed, picture.string() + ": no QR code in the picture"};
}

}  // namespace station::report
