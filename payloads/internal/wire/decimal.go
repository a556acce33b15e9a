package wire

import (
	"strconv"
)

// maxDigits is how many decimal digits a double can need to be told from its neighbours.
const maxDigits = 17

// decimal is a finite double in decimal: 0.d1d2d3… shifted so that the value is d1.d2d3… × 10^exponent. Zero is the digit 0, exponent 0.
type decimal struct {
	negative bool
	digits   [maxDigits]byte
	count    int // at least 1; no trailing zero unless it is the only digit
	exponent int
}

// exponentForm is how a language writes a number with an exponent.
type exponentForm struct {
	mark  byte // e or E
	plus  bool // a sign before a positive exponent
	width int  // least number of exponent digits
	point bool // ".0" behind a single digit
}

// shortest returns the fewest digits that read back as f, and among those the nearest to f. All three languages print these.
func shortest(f float64) decimal { return decompose(f, -1) }

// twoDigits corrects a decimal d of one digit for Java, which looks for the nearest decimal of at least two digits: the smallest double
// is 4.9E-324 there and 5e-324 elsewhere.
func twoDigits(f float64, d decimal) decimal {
	two := decompose(f, 1)
	var buf [maxDigits + 8]byte
	text := two.appendExponent(buf[:0], exponentForm{mark: 'e'})
	back, err := strconv.ParseFloat(string(text), 64)
	if two.negative {
		back = -back
	}
	if err != nil || back != f {
		return d
	}
	return two
}

// decompose splits what strconv prints: [-]d[.ddd]e±dd.
func decompose(f float64, precision int) decimal {
	var buf [maxDigits + 8]byte
	text := strconv.AppendFloat(buf[:0], f, 'e', precision, 64)
	var d decimal
	i := 0
	if text[0] == '-' {
		d.negative = true
		i++
	}
	for ; text[i] != 'e'; i++ {
		if text[i] != '.' {
			d.digits[d.count] = text[i]
			d.count++
		}
	}
	for d.count > 1 && d.digits[d.count-1] == '0' {
		d.count--
	}
	i++
	negative := text[i] == '-'
	for _, c := range text[i+1:] {
		d.exponent = d.exponent*10 + int(c-'0')
	}
	if negative {
		d.exponent = -d.exponent
	}
	return d
}

// appendPlain appends the digits without exponent and without sign. pointZero adds ".0" to a number that has no fraction.
func (d *decimal) appendPlain(dst []byte, pointZero bool) []byte {
	digits := d.digits[:d.count]
	switch {
	case d.exponent < 0:
		dst = append(dst, "0."...)
		for range -d.exponent - 1 {
			dst = append(dst, '0')
		}
		return append(dst, digits...)
	case d.exponent < d.count-1:
		dst = append(dst, digits[:d.exponent+1]...)
		dst = append(dst, '.')
		return append(dst, digits[d.exponent+1:]...)
	}
	dst = append(dst, digits...)
	for range d.exponent + 1 - d.count {
		dst = append(dst, '0')
	}
	if pointZero {
		dst = append(dst, ".0"...)
	}
	return dst
}

// appendExponent appends the digits with one before the point and an exponent behind, without sign of the number.
func (d *decimal) appendExponent(dst []byte, form exponentForm) []byte {
	dst = append(dst, d.digits[0])
	switch {
	case d.count > 1:
		dst = append(dst, '.')
		dst = append(dst, d.digits[1:d.count]...)
	case form.point:
		dst = append(dst, ".0"...)
	}
	dst = append(dst, form.mark)
	exponent := d.exponent
	if exponent < 0 {
		dst = append(dst, '-')
		exponent = -exponent
	} else if form.plus {
		dst = append(dst, '+')
	}
	if form.width == 2 && exponent < 10 {
		dst = append(dst, '0')
	}
	return strconv.AppendInt(dst, int64(exponent), 10)
}
