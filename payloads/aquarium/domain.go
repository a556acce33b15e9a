package aquarium

import "github.com/annohook/annohook/payloads/internal/synth"

// domain is a field of work in which people look for errors in their data: names that go together.
type domain struct {
	projects, datasets, classes, sensors []string
	scenes, issues, notes                []string
	region                               region
}

// region is where the frames of a field of work are taken, in degrees; the zero region is one that frames do not tell.
type region struct{ south, north, west, east float64 }

// domains lists the fields of work; all names in them are invented. Their places must not change: they are kept in worlds.
func domains() []func() domain {
	return []func() domain{driving, warehouse, orchard, radiology, retail}
}

// newDomain draws a field of work.
func newDomain(src *synth.Source) int { return src.Int(0, len(domains())-1) }

// domainOf returns the field of work at a place; the first for a place that there is not.
func domainOf(at int) domain {
	list := domains()
	if at < 0 || at >= len(list) {
		at = 0
	}
	return list[at]()
}

func driving() domain {
	return domain{
		projects: []string{"urban-driving", "Rotterdam Night Fleet", "perception_core"},
		datasets: []string{"front_camera", "rainy_junctions", "night_drives"},
		classes:  []string{"car", "pedestrian", "cyclist", "traffic_light", "tram"},
		sensors:  []string{"CAM_FRONT", "CAM_FRONT_LEFT", "CAM_REAR"},
		scenes:   []string{"roundabout, wet road", "school street at noon", "Tunnel bei Görlitz", "国道の合流点", "parking deck, level 2"},
		issues: []string{
			"Missed pedestrians at dusk", "Trams labelled as buses", "Box too loose on cyclists", "Radfahrer hinter parkenden Autos übersehen",
			"Reflections taken for traffic lights", "夜間の歩行者が検出されない",
		},
		notes:  []string{"Lens flare on the upper left", "Rain on the cover glass", "Bitte Fahrtrichtung prüfen", "Second annotator disagrees 🤔"},
		region: region{51.85, 51.98, 4.35, 4.6},
	}
}

func warehouse() domain {
	return domain{
		projects: []string{"warehouse-robots", "Picking Arm 4", "bin_inventory"},
		datasets: []string{"tote_scans", "conveyor_top", "mixed_shelves"},
		classes:  []string{"carton", "polybag", "pallet", "barcode", "damaged_carton"},
		sensors:  []string{"overhead_cam", "wrist_cam"},
		scenes:   []string{"bin with clear bags", "shelf row 12", "conveyor, high speed", "étagère du fond", "returns desk"},
		issues: []string{
			"Clear bags merge into one box", "Barcode partly under tape", "Cartons émiettés classés comme intacts", "Empty totes marked as full",
			"Pallet edge outside of the image", "Etiqueta doblada no detectada",
		},
		notes:  []string{"Strong glare from lamp 3", "Motion blur, shutter 1/60", "Voir aussi l'issue précédente", "Tape covers \"FRAGILE\""},
		region: region{51.42, 51.45, 6.7, 6.78},
	}
}

func orchard() domain {
	return domain{
		projects: []string{"orchard-yield", "Huerta Norte", "leaf_disease"},
		datasets: []string{"apple_rows", "drone_oct", "greenhouse_b"},
		classes:  []string{"apple", "leaf_spot", "flower", "branch", "unripe"},
		sensors:  []string{"drone_rgb", "handheld"},
		scenes:   []string{"row 7, backlight", "invernadero, mañana", "яблони после дождя", "after hail", "young trees"},
		issues: []string{
			"Unripe fruit counted as leaves", "Manchas de hoja sin etiquetar", "Duplicate apples across frames", "Пропущены цветы в тени",
			"Polygon crosses a branch", "Hail damage has no class yet",
		},
		notes:  []string{"Shot from 12 m", "Foto movida, repetir", "Снято против солнца", "Wind > 8 m/s"},
		region: region{39.5, 39.6, -0.42, -0.36},
	}
}

func radiology() domain {
	return domain{
		projects: []string{"chest-xray-qa", "Klinik Süd Röntgen", "triage_pilot"},
		datasets: []string{"thorax_pa", "icu_portable", "followups"},
		classes:  []string{"nodule", "effusion", "pacemaker", "catheter", "fracture"},
		sensors:  []string{"xray_pa", "xray_lateral"},
		scenes:   []string{"portable, supine", "PA, full inspiration", "Kontrolle nach 6 Wochen", "lateral view", "rotated patient"},
		issues: []string{
			"Catheter tip read as nodule", "Effusion smaller than 2 cm missed", "Schrittmacher als Fremdkörper markiert", "Old fractures labelled as new",
			"Nodule hidden by a rib", "Left and right swapped",
		},
		notes: []string{"Second reader agrees", "Rotation about 8°", "Befund siehe Voraufnahme", "Low dose protocol"},
	}
}

func retail() domain {
	return domain{
		projects: []string{"retail-shelves", "Store Audit TR", "price_tags"},
		datasets: []string{"aisle_walks", "cooler_doors", "promo_ends"},
		classes:  []string{"bottle", "can", "price_tag", "gap", "promo_sign"},
		sensors:  []string{"phone_main", "shelf_cam_2"},
		scenes:   []string{"cooler, door closed", "raf 3, köşe", "end cap with promo", "饮料货架", "night restock"},
		issues: []string{
			"Gaps hidden behind the door frame", "Etiket okunmuyor ama kutu doğru", "促销牌被标成价签", "Two cans in one box",
			"Price tag cut by the image edge", "Same bottle, three brands",
		},
		notes:  []string{"Door fogged up", "Işık yetersiz", "已与门店确认", "Crop is 24 x 24 px"},
		region: region{40.98, 41.06, 28.9, 29.1},
	}
}
